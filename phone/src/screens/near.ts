/** Near or far is computed here; where somebody stands is neither kept nor sent. */

export type Near = "near" | "far" | "unknown";

export interface Spot {
  lat?: number | null;
  lon?: number | null;
  /** Metres. */
  radius?: number | null;
}

const RADIAN = Math.PI / 180;

/** Metres between two points, good to a centimetre over a city. */
function apart(lat: number, lon: number, spot: { lat: number; lon: number }): number {
  const x = (spot.lon - lon) * RADIAN * Math.cos(((spot.lat + lat) / 2) * RADIAN);
  const y = (spot.lat - lat) * RADIAN;
  return Math.hypot(x, y) * 6371008;
}

/** Say whether the phone is at one of the spots; unknown without permission or a usable fix. */
export function nearTo({ lat, lon, radius }: Spot): Promise<Near> {
  return new Promise((tell) => {
    if (lat == null || lon == null || !navigator.geolocation) return tell("unknown");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const rest = apart(coords.latitude, coords.longitude, { lat, lon }) - (radius ?? 200);
        // A fix by cell towers is off by kilometres and proves nothing either way.
        if (coords.accuracy > 500) tell("unknown");
        else tell(rest > coords.accuracy ? "far" : "near");
      },
      () => tell("unknown"),
      { timeout: 8000, maximumAge: 60000 },
    );
  });
}
