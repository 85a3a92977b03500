// What pages of the site do in the browser: light and dark, the menu of small screens, copying code, the search.
const root = document.currentScript.dataset.root;
const page = document.documentElement;

const saved = localStorage.getItem("theme");
if (saved !== null) page.dataset.theme = saved;

function isDark() {
  return (page.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
}

function script(name) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = `${root}assets/${name}`;
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
}

let loaded;
/** Loads the index when somebody is about to search: it is larger than a page. */
function index() {
  loaded ??= Promise.all([script("minisearch.js"), script("search_index.js")]).then(() =>
    MiniSearch.loadJSON(weftSearch.index, weftSearch.options)
  );
  return loaded;
}

/** Guides come before the reference, and that before what is about the code. */
function weight(_id, _word, { url }) {
  if (url.startsWith("source/") || url.startsWith("decisions/")) return 0.5;
  return url.startsWith("reference/") ? 1 : 1.5;
}

const SEARCH = {
  boost: { title: 4, page: 2 },
  boostDocument: weight,
  prefix: true,
  fuzzy: (word) => word.length > 4 ? 0.2 : false,
};

async function find(words) {
  const search = await index();
  const all = search.search(words, { ...SEARCH, combineWith: "AND" });
  return (all.length > 0 ? all : search.search(words, SEARCH)).slice(0, 12);
}

function entry({ url, title, page }) {
  const link = document.createElement("a");
  link.href = root + url;
  link.textContent = title;
  if (page !== title) {
    const where = document.createElement("small");
    where.textContent = page;
    link.append(where);
  }
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function startSearch() {
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  let last = 0;
  const show = async () => {
    const turn = ++last;
    const words = input.value.trim();
    const found = words === "" ? [] : await find(words);
    if (turn !== last) return;
    list.replaceChildren(...found.map(entry));
    if (words !== "" && found.length === 0) {
      const none = document.createElement("li");
      none.textContent = `Nothing found for “${words}”`;
      list.append(none);
    }
    list.hidden = words === "";
  };
  input.addEventListener("focus", () => void index());
  input.addEventListener("input", show);
  input.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") list.querySelector("a")?.click();
    if (key === "ArrowDown") list.querySelector("a")?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const item = document.activeElement.closest("li");
    const next = event.key === "ArrowDown"
      ? item?.nextElementSibling
      : event.key === "ArrowUp"
      ? item?.previousElementSibling
      : undefined;
    if (next === undefined) return;
    event.preventDefault();
    (next?.querySelector("a") ?? input).focus();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
    if (event.key !== "/" || document.activeElement.matches("input")) return;
    event.preventDefault();
    input.focus();
  });
  addEventListener("click", ({ target }) => {
    if (target.closest(".search") === null || target.closest("a") !== null) list.hidden = true;
  });
}

function addCopyButtons() {
  if (navigator.clipboard === undefined) return;
  for (const code of document.querySelectorAll("pre > code")) {
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    });
    code.parentElement.append(button);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("theme").addEventListener("click", () => {
    page.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", page.dataset.theme);
  });
  document.getElementById("menu").addEventListener("click", ({ currentTarget }) => {
    const isOpen = document.getElementById("pages").classList.toggle("open");
    currentTarget.setAttribute("aria-expanded", String(isOpen));
  });
  for (const heading of document.querySelectorAll("main :is(h2, h3, h4)[id]")) {
    const link = document.createElement("a");
    link.className = "anchor";
    link.href = `#${heading.id}`;
    link.textContent = "#";
    link.ariaLabel = "Link to this section";
    heading.append(link);
  }
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "center" });
  addCopyButtons();
  startSearch();
});
