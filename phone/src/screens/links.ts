/** What a scanned or opened link says: `https://host/phone/#at=<place>.<code>`. */
export function readLink(text: string): { place: string; code: string; poster: boolean } | null {
  const found = /#at=([^.]+)\.(p\.)?(.+)$/.exec(text);
  return found && { place: found[1]!, code: found[3]!, poster: !!found[2] };
}
