// What a page can do beyond links and forms; every page also works without it.
(() => {
  "use strict";
  const closeMenus = (kept, focus) =>
    document.querySelectorAll(".drop[open]").forEach((menu) => {
      if (menu === kept) return;
      menu.open = false;
      if (focus) menu.querySelector("summary").focus();
    });
  document.addEventListener("click", async (event) => {
    closeMenus(event.target.closest(".drop"), false);
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      const text = document.querySelector(copier.dataset.copy).innerText;
      await navigator.clipboard.writeText(text);
      copier.textContent = copier.dataset.copied;
    }
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
    const all = event.target.closest("[data-check-all]");
    if (all) {
      // Of its own form, wherever in the page the boxes of that form stand.
      const boxes = all.form ? [...all.form.elements] : [...document.querySelectorAll("input")];
      boxes.forEach((box) => { if (box.matches(all.dataset.checkAll)) box.checked = all.checked; });
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "Escape") closeMenus(null, true);
    if (event.key === "/" && !typing) {
      const search = document.querySelector("[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });
  // Where a place is, taken from the browser while somebody stands there.
  document.querySelectorAll("[data-locate]").forEach((button) => {
    if (!navigator.geolocation) return;
    const form = button.closest("form");
    const said = form.querySelector("[data-located]");
    button.closest("[data-locate-box]").hidden = false;
    button.addEventListener("click", () => {
      said.textContent = button.dataset.locate;
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.longitude.value = coords.longitude.toFixed(6);
        form.elements.system.value = "wgs84";
        said.textContent = `${button.dataset.taken} ${Math.round(coords.accuracy)} m`;
      }, () => { said.textContent = button.dataset.refused; }, { enableHighAccuracy: true, timeout: 20000 });
    });
  });
  // Whether somebody is near a place is worked out here; only the word is sent.
  const metres = (a, b) => {
    const rad = Math.PI / 180;
    const wave = (from, to) => Math.sin(((to - from) * rad) / 2) ** 2;
    const part = wave(a[0], b[0]) + Math.cos(a[0] * rad) * Math.cos(b[0] * rad) * wave(a[1], b[1]);
    return 12742000 * Math.asin(Math.sqrt(part));
  };
  document.querySelectorAll("[data-near]").forEach((button) => {
    const form = button.closest("form");
    const said = form.querySelector("[data-compared]");
    const points = JSON.parse(document.getElementById("points").textContent);
    const begin = () => {
      form.elements.near.value = "";
      said.textContent = "";
      button.closest("[data-near-box]").hidden = !navigator.geolocation || !points[form.elements.place.value];
    };
    form.elements.place.addEventListener("change", begin);
    begin();
    button.addEventListener("click", () => {
      const [north, east, radius] = points[form.elements.place.value];
      said.textContent = button.dataset.near;
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        const away = metres([north, east], [coords.latitude, coords.longitude]) - coords.accuracy;
        form.elements.near.value = away <= radius ? "near" : "far";
        said.textContent = away <= radius ? button.dataset.words : button.dataset.far;
      }, () => { said.textContent = button.dataset.refused; }, { enableHighAccuracy: true, timeout: 20000 });
    });
  });
  // A scanned code stands behind #, which no server is ever sent.
  const scanned = document.querySelector("form[data-at]");
  const [, place, code] = window.location.hash.match(/^#at=([0-9a-f-]{36})\.(?:p\.)?(\w{1,40})$/i) || [];
  if (scanned && place) {
    const places = scanned.elements.place;
    if (![...places.options].some((one) => one.value === place)) places.add(new Option(scanned.dataset.at, place));
    places.value = place;
    places.dispatchEvent(new Event("change"));
    scanned.elements.code.value = code;
    window.history.replaceState(null, "", window.location.pathname);
  }
  // A menu that is open on wide screens must not cover a phone's page.
  const menu = document.querySelector(".menu");
  if (menu && window.matchMedia("(max-width: 800px)").matches) menu.open = false;
  document.querySelectorAll("[data-print], [data-copy], [data-check-all]").forEach((one) => { one.hidden = false; });
})();
