// What the pages do beyond htmx: times that tick, copying, the theme, keys, the state of the stream, what is new.
(() => {
  const $ = (selector) => document.querySelector(selector);
  const all = (selector, root = document) => root.querySelectorAll(selector);

  // Times. The server writes them for readers without a script, in UTC; here they become local and tick.
  const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" });
  const full = new Intl.DateTimeFormat(undefined, {
    dateStyle: "medium",
    timeStyle: "medium",
    hourCycle: "h23",
  });
  const clock = new Intl.DateTimeFormat(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
  // The reader's clock may be wrong; the server's time comes with each page.
  const skew = Date.parse(document.documentElement.dataset.now ?? "") - Date.now();
  const now = () => Date.now() + (Math.abs(skew) > 5000 ? skew : 0);

  function ago(at) {
    const seconds = Math.floor((now() - at) / 1000);
    if (seconds < 1) return "just now";
    if (seconds < 60) return `${seconds} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
    return `${Math.floor(seconds / 86400)} d ago`;
  }
  function until(at) {
    const seconds = Math.ceil((at - now()) / 1000);
    return seconds <= 0 ? "now" : `in ${seconds} s`;
  }
  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
  function tick(root = document) {
    for (const element of all("time[data-ago]", root)) write(element, ago(Date.parse(element.dateTime)));
    for (const element of all("time[data-until]", root)) write(element, until(Date.parse(element.dateTime)));
  }
  function localise(root = document) {
    for (const element of all("time[datetime]", root)) {
      const date = new Date(element.dateTime);
      const utc = `${element.dateTime.slice(0, 10)} ${element.dateTime.slice(11, 19)} UTC`;
      element.title = `${full.format(date)} (${utc})`;
      if ("full" in element.dataset) write(element, full.format(date));
      if ("clock" in element.dataset) write(element, clock.format(date));
    }
    tick(root);
  }
  for (const element of all("[data-zone]")) {
    const { timeZone } = zone.resolvedOptions();
    const short = zone.formatToParts().find((part) => part.type === "timeZoneName")?.value;
    element.textContent = short && short !== timeZone ? `${timeZone} (${short})` : timeZone;
  }
  setInterval(tick, 1000);

  // What is new since the page was opened is shown by a fading ground; a morph does not end it.
  const known = new Set();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  function markNew(first) {
    for (const element of all("[data-new][id]")) {
      if (known.has(element.id)) continue;
      known.add(element.id);
      if (first || calm.matches) continue;
      const colour = getComputedStyle(document.documentElement).getPropertyValue("--info-bg");
      element.animate([{ backgroundColor: colour }, { backgroundColor: colour, offset: 0.4 }, {}], 2400);
    }
  }

  // Said once to a screen reader, and never the log. Each saying is of something; what went and came back the same is not news.
  const said = new Map();
  function announce(first) {
    for (const { dataset } of all("[data-say]")) {
      const of = dataset.sayOf ?? "";
      if (said.get(of) === dataset.say) continue;
      said.set(of, dataset.say);
      if (!first) $("#announce").textContent = dataset.say;
    }
  }

  // A log stays at its end as long as the reader leaves it there.
  const scrolled = new WeakMap();
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (target.dataset && "log" in target.dataset)
        scrolled.set(target, target.scrollTop + target.clientHeight < target.scrollHeight - 24);
    },
    true,
  );
  function followLogs() {
    for (const log of all("[data-log]")) if (!scrolled.get(log)) log.scrollTop = log.scrollHeight;
  }

  // The state of the page's one stream.
  const conn = $("#conn");
  function connection(state, words) {
    if (!conn || !("wanted" in conn.dataset) || conn.dataset.state === state) return;
    conn.dataset.state = state;
    conn.textContent = words;
    conn.title = state === "live" ? "This page follows the store by itself" : "What you see may be old";
    if (state === "live") for (const banner of all("[data-told]")) banner.remove();
  }
  document.addEventListener("htmx:sse:after:connection", () => connection("live", "live"));
  document.addEventListener("htmx:sse:error", () => connection("lost", "reconnecting …"));
  document.addEventListener("htmx:sse:before:connection", ({ detail }) => {
    if (detail.connection.attempt > 0) connection("lost", "reconnecting …");
  });
  document.addEventListener("htmx:error", ({ target }) => {
    if (target.id === "stream") connection("lost", "reconnecting …");
    else
      tell("The server cannot be reached. Press again once it is back: the same press is never done twice.");
  });
  document.addEventListener("htmx:response:error", ({ target, detail }) => {
    if (target.id === "stream") connection("lost", "reconnecting …");
    else notice(detail.ctx.text);
  });

  document.addEventListener("htmx:after:swap", () => {
    localise();
    markNew(false);
    announce(false);
    followLogs();
  });

  // A refusal is told, not swapped in: the server's page of it has the words.
  function notice(markup) {
    const page = new DOMParser().parseFromString(markup, "text/html");
    const words = [...page.querySelectorAll(".alone h1, .alone p:not(.status-code)")];
    tell(words.map((part) => part.textContent.replace(/\.?$/, ".")).join(" ") || "That did not work.");
  }
  function tell(words) {
    for (const banner of all("[data-told]")) banner.remove();
    const banner = document.createElement("div");
    banner.dataset.told = "";
    banner.className = "banner t-bad";
    banner.setAttribute("role", "alert");
    const text = document.createElement("p");
    text.textContent = words;
    banner.append(text);
    $("main").prepend(banner);
    setTimeout(() => banner.remove(), 12000);
  }

  // A form that acts goes out once: a second press within a second is the same press. After an answer the key is a new one.
  const busy = new WeakSet();
  function rest(form) {
    for (const button of all("button", form)) button.setAttribute("aria-disabled", "true");
    busy.add(form);
  }
  function wake(form) {
    for (const button of all("button", form)) button.removeAttribute("aria-disabled");
    busy.delete(form);
  }
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!("once" in form.dataset)) return;
      if (busy.has(form)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      rest(form);
    },
    true,
  );
  document.addEventListener("htmx:finally:request", ({ target, detail }) => {
    if (!(target instanceof HTMLFormElement) || !("once" in target.dataset)) return;
    setTimeout(() => {
      const key = target.elements.namedItem("key");
      if (key && detail.ctx.response?.raw.ok) key.value = newKey();
      wake(target);
    }, 900);
  });
  addEventListener("pageshow", () => {
    for (const form of all("form[data-once]")) wake(form);
  });
  function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
  }

  // Copying. Without the clipboard (plain HTTP on another host) the text is selected instead.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const name = button.getAttribute("aria-label");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("t-ok");
      $("#announce").textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      $("#announce").textContent = "Selected; press Ctrl+C to copy";
    }
    button.setAttribute("aria-label", name);
    setTimeout(() => button.classList.remove("t-ok"), 1500);
  });

  // The theme: as the system, light, dark.
  const themes = ["auto", "light", "dark"];
  const toggle = $("[data-theme-toggle]");
  const nameTheme = () => {
    const theme = document.documentElement.dataset.theme ?? "auto";
    toggle.setAttribute("aria-label", `Theme: ${theme === "auto" ? "as the system" : theme}`);
    toggle.title = toggle.getAttribute("aria-label");
  };
  toggle.addEventListener("click", () => {
    const root = document.documentElement;
    const theme = themes[(themes.indexOf(root.dataset.theme ?? "auto") + 1) % themes.length];
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // Storage may be switched off; the theme then lasts as long as the page.
    }
    nameTheme();
    $("#announce").textContent = toggle.title;
  });
  nameTheme();

  // The form that finds databases sends itself (hx-trigger).
  for (const select of all("form:not(.find) select[data-submit]")) {
    select.form.querySelector("button").hidden = true;
    select.addEventListener("change", () => select.form.requestSubmit());
  }

  // Keys, never while something is typed.
  const help = $("#help");
  for (const button of all("[data-help]")) button.addEventListener("click", () => help.showModal());
  const places = { d: "/", c: "/changes", r: "/runs", a: "/api" };
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (performance.now() - going < 1500 && places[event.key]) {
      location.assign(places[event.key]);
      return;
    }
    going = 0;
    if (event.key === "g") going = performance.now();
    else if (event.key === "?") help.showModal();
    else if (event.key === "/" && $("#search")) {
      event.preventDefault();
      $("#search").select();
    } else if (event.key === "t") $("[data-trigger]")?.click();
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
  });
  function step(by) {
    const items = [...all(".tile h3 a, .feed .what")];
    const at = items.indexOf(document.activeElement);
    items[Math.min(items.length - 1, Math.max(0, at + by))]?.focus();
  }

  localise();
  markNew(true);
  announce(true);
  followLogs();
})();
