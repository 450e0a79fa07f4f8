// The hub's list as one types: a filter over it, an answer in words, and tiles of the map that lead to their municipality.
(() => {
  const find = document.querySelector(".find"), input = document.getElementById("find");
  const said = document.getElementById("find-svar");
  // æ, ø and å may be written ae, oe and aa, or without their marks.
  const fold = (text) => text.normalize("NFC").toLowerCase()
    .replace(/æ/g, "ae").replace(/ø/g, "oe").replace(/å/g, "aa")
    .normalize("NFD").replace(/[\u0300-\u036f]/g, "")
    .replace(/ae/g, "a").replace(/oe/g, "o").replace(/aa/g, "a")
    .replace(/\b(kommune|region)\b/g, "").replace(/[^a-z0-9]+/g, " ").trim();
  const places = [...document.querySelectorAll(".places > li")].map((item) => ({
    item, name: ` ${fold(item.dataset.name)}`, link: item.querySelector("a"),
  }));
  const regions = [...document.querySelectorAll(".region")];
  const tiles = new Map([...document.querySelectorAll(".tile[data-slug]")].map((tile) => [tile.dataset.slug, tile]));
  const kommuner = (count) => `${count} ${count === 1 ? "kommune" : "kommuner"}`;
  let later;

  const matching = (wanted) => places.filter(({ name }) =>
    !wanted || name.includes(` ${wanted}`) || (wanted.length > 2 && name.includes(wanted)));

  const show = () => {
    const wanted = fold(input.value), shown = new Set(matching(wanted).map(({ item }) => item));
    for (const { item } of places) {
      item.hidden = !shown.has(item);
      tiles.get(item.id)?.classList.toggle("away", item.hidden);
    }
    for (const region of regions) region.hidden = !region.querySelector(".places > li:not([hidden])");
    clearTimeout(later);
    // Said once the typing rests, so that a screen reader is not cut off at every letter.
    later = setTimeout(() => {
      said.textContent = !wanted ? `${kommuner(places.length)} på siden.`
        : shown.size ? `${kommuner(shown.size)} af ${places.length} vises.`
        : `Ingen kommune på siden passer til »${input.value.trim()}«.`;
    }, 250);
  };

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      const found = matching(fold(input.value));
      const exact = found.filter(({ item }) => fold(item.querySelector("a").textContent) === fold(input.value));
      const [only] = exact.length ? exact : found;
      if (!only || !input.value.trim()) return;
      if (found.length === 1 || exact.length) only.link.click();
      else only.link.focus();
    } else if (event.key === "Escape" && input.value) {
      input.value = "";
      show();
    }
  });
  for (const [slug, tile] of tiles) {
    tile.addEventListener("click", () => document.getElementById(slug).querySelector("a").click());
  }
  find.hidden = false;
  // A browser that goes back may have kept what was typed.
  show();
})();
