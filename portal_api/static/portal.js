// What a script adds to pages that work without one: choices kept in this browser, nothing sent anywhere.
"use strict";
(() => {
  document.documentElement.classList.add("scripted");
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)) || []; } catch { return []; } };
  const write = (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* private mode */ } };
  const one = (path) => document.querySelector(path);
  const PICKED = "portal.shortlist", SAVED = "portal.searches", MAX = 100;

  // The shortlist goes from page to page with the reader.
  const address = (ids) => "/shortlist" + (ids.length ? "?" + ids.map((id) => "id=" + encodeURIComponent(id)).join("&") : "");
  function showPicked() {
    const ids = read(PICKED);
    document.querySelectorAll(".picked-count").forEach((count) => {
      count.hidden = !ids.length;
      count.textContent = ids.length;
      count.parentElement.href = address(ids);
    });
    document.querySelectorAll("input[name=id]").forEach((box) => { if (box.type === "checkbox") box.checked = ids.includes(box.value); });
    const bar = one(".pickbar");
    if (bar) { bar.classList.toggle("some", ids.length > 0); bar.querySelector(".picked-words").textContent = ids.length || ""; }
  }
  function pick(id, wanted) {
    const ids = read(PICKED).filter((other) => other !== id);
    if (wanted) ids.push(id);
    write(PICKED, ids.slice(-MAX));
    showPicked();
  }

  function showSaved() {
    const box = one("#saved");
    if (!box) return;
    const saved = read(SAVED);
    box.hidden = !saved.length;
    box.querySelector("ul").replaceChildren(...saved.map(({ title, href }) => {
      const row = document.createElement("li"), link = document.createElement("a"), away = document.createElement("button");
      link.textContent = title;
      link.href = href.startsWith("/?") || href === "/" ? href : "/";
      away.type = "button";
      away.className = "quiet";
      away.textContent = box.dataset.remove;
      away.setAttribute("aria-label", box.dataset.remove + ": " + title);
      away.addEventListener("click", () => { write(SAVED, read(SAVED).filter((other) => other.href !== href)); showSaved(); });
      row.append(link, away);
      return row;
    }));
  }

  function dress() {
    document.querySelectorAll(".by-script").forEach((part) => { part.hidden = false; });
    showPicked();
    showSaved();
  }
  document.addEventListener("change", (event) => {
    if (event.target.name === "id" && event.target.closest("#shortlist")) {
      event.stopPropagation();
      pick(event.target.value, event.target.checked);
    }
  }, true);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("#shortlist")) { /* not .id: a field of that name hides it */ event.preventDefault(); location.href = address(read(PICKED)); }
  });
  document.addEventListener("click", (event) => {
    const press = event.target.closest("#save-search, .pick-one, .unpick, .print, .clear-picked");
    if (!press) return;
    if (press.matches(".print")) window.print();
    else if (press.matches(".unpick")) pick(press.dataset.id, false);
    else if (press.matches(".clear-picked")) { write(PICKED, []); showPicked(); }
    else if (press.matches(".pick-one")) { event.preventDefault(); pick(press.dataset.id, true); location.href = address(read(PICKED)); }
    else {
      const href = location.pathname + location.search;
      write(SAVED, [{ title: press.dataset.title, href }, ...read(SAVED).filter((other) => other.href !== href)].slice(0, MAX));
      showSaved();
      one("#saved a").focus();
    }
  });

  // What a reader has unfolded stays so when the results are exchanged; the new number is said once.
  let unfolded = [];
  document.addEventListener("htmx:beforeSwap", () => {
    unfolded = [...document.querySelectorAll("#found details[id]")].map(({ id, open }) => [id, open]);
  });
  document.addEventListener("htmx:afterSwap", () => {
    unfolded.forEach(([id, open]) => { const part = document.getElementById(id); if (part) part.open = open || part.open; });
    const total = one(".total");
    if (total && one("#said")) one("#said").textContent = total.textContent;
    dress();
  });
  // Back and forth in the history: the address is the whole state, so the page is asked anew.
  document.addEventListener("htmx:historyCacheMiss", (event) => { event.preventDefault(); location.reload(); });
  dress();
})();
