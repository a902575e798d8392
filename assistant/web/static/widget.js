// <klimapartner-chat>: the web chat as one element without a framework. Attributes: lang, mode="page" (no launcher).
(() => {
  const BASE = new URL("api/", document.currentScript.src);
  const CSS = "STYLE", STORE = "klimapartner-chat";
  const SLOWEST = 30000, SILENCE = 45000, TRIES = 3;
  const ICON = {
    chat: "M4 5h16v11H10l-5 4v-4H4z", close: "M6 6l12 12M18 6L6 18", more: "M5 7h14M5 12h14M5 17h14",
    file: "M12 4v11m-4-4l4 4 4-4M5 20h14",
  };
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  // An element: its tag, attributes (functions are listeners, true is an empty attribute), children.
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") node.addEventListener(name, value);
      else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS(svg.namespaceURI, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICON[name]);
    svg.append(path);
    return svg;
  }

  // What the tab remembers: only after consent, gone when the tab is closed.
  const memory = {
    read() { try { return JSON.parse(sessionStorage.getItem(STORE)) || {}; } catch { return {}; } },
    write(values) { try { sessionStorage.setItem(STORE, JSON.stringify(values)); } catch { /* private mode: this page only */ } },
    clear() { try { sessionStorage.removeItem(STORE); } catch { /* as above */ } },
  };

  class Chat extends HTMLElement {
    async connectedCallback() {
      if (this.shadowRoot || this.busy) return;
      this.busy = true;
      Object.assign(this, { lines: new Map(), last: 0, unread: 0, kept: memory.read() });
      // Until the words are there, and where they never come, what stands inside the element is shown.
      await this.words(this.kept.language || this.getAttribute("lang") || document.documentElement.lang || "");
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      this.open = this.page || Boolean(this.kept.open);
      this.draw();
      if (this.kept.token) this.listen();
    }

    disconnectedCallback() { this.stream?.abort(); }

    get page() { return this.getAttribute("mode") === "page"; }

    async words(language) {
      for (let wait = 2000; ; wait = Math.min(wait * 2, SLOWEST)) {
        try {
          const answer = await this.call("GET", `config?lang=${encodeURIComponent(language)}`);
          this.config = await answer.json();
          this.t = this.config.words;
          return;
        } catch { await pause(wait); }
      }
    }

    async call(method, path, { body, headers = {}, ...more } = {}) {
      if (this.kept.token) headers["X-Chat-Token"] = this.kept.token;
      if (body) headers["Content-Type"] = "application/json";
      const options = { method, headers, credentials: "omit", cache: "no-store", body: body && JSON.stringify(body), ...more };
      const answer = await fetch(new URL(path, BASE), options);
      if (!answer.ok) {
        const code = (await answer.json().catch(() => ({}))).error;
        throw Object.assign(new Error(code), { code: code || "failed", status: answer.status });
      }
      return answer;
    }

    // --- drawing ---

    draw() {
      const t = this.t;
      this.lines.clear();
      this.last = 0;
      this.launcher = make("button", { class: "launch main", type: "button", "aria-haspopup": "dialog", "aria-expanded": String(this.open), click: () => this.show() }, icon("chat"), make("span", {}, t.open));
      this.status = make("p", { class: "status", role: "status" });
      this.alert = make("p", { class: "alert", role: "alert" });
      this.list = make("ol");
      this.log = make("div", { role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": t.log }, this.list);
      this.choices = make("div", { class: "choices", role: "group", "aria-label": t.choices, hidden: true });
      this.body = make("div", { class: "body", tabindex: 0, role: "group", "aria-label": t.log });
      this.panel = make("section", { class: "panel", role: "dialog", "aria-label": t.title, lang: this.config.language, keydown: (e) => this.escape(e) }, this.header(), this.body, this.status, this.alert);
      if (this.kept.token) {
        this.body.append(this.log, this.choices);
        this.panel.append(this.form());
      } else this.body.append(this.notice());
      this.panel.hidden = !this.open;
      this.launcher.hidden = this.open;
      this.shadowRoot.replaceChildren(this.launcher, this.panel);
    }

    header() {
      const t = this.t, begun = Boolean(this.kept.token);
      this.options = this.menu(begun);
      this.more = make("button", { class: "icon", type: "button", "aria-label": t.options, "aria-expanded": "false", click: () => this.toggle() }, icon("more"));
      const close = make("button", { class: "icon close", type: "button", "aria-label": t.close, click: () => this.hide() }, icon("close"));
      const title = make("div", {}, make("h2", {}, t.title), make("p", {}, t.subtitle));
      const head = make("div", {}, make("div", { class: "head" }, title, this.more, close), this.options);
      return head;
    }

    menu(begun) {
      const t = this.t, id = "language", config = this.config;
      const select = make("select", { id, change: (e) => this.speak(e.target.value) });
      for (const [code, name] of Object.entries(config.languages)) select.append(make("option", { value: code, lang: code, selected: code === config.language }, name));
      const menu = make("div", { class: "opts", hidden: true }, make("div", {}, make("label", { for: id }, t.language), select));
      if (begun) {
        const button = (label, click, kind) => make("button", { type: "button", class: kind, click }, label);
        menu.append(
          button(t.save_text, () => this.save("transcript.txt")), button(t.save_html, () => this.save("transcript.html")),
          button(t.forget, () => this.ask(), "bad"), make("p", {}, this.privacy()),
        );
      }
      return menu;
    }

    privacy() {
      const href = this.config.privacy || new URL(`../privacy?lang=${this.config.language}`, BASE);
      return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, `${this.t.privacy} (${this.t.new_tab})`);
    }

    notice() {
      const box = make("section", {}, make("h3", {}, this.t.consent_title), ...this.config.notice.map((text) => make("p", {}, text)), make("p", {}, this.privacy()));
      this.start = make("button", { class: "main", type: "button", click: () => this.agree() }, this.t.start);
      box.append(this.start);
      return box;
    }

    form() {
      const t = this.t;
      this.input = make("textarea", { id: "text", rows: 1, autocomplete: "off", "aria-describedby": "hint", keydown: (e) => this.enter(e) });
      const field = make("div", { class: "field" }, make("label", { for: "text" }, t.message), this.input, make("span", { id: "hint", class: "sr" }, t.hint));
      return make("form", { submit: (e) => { e.preventDefault(); this.say(); } }, field, make("button", { class: "main" }, t.send));
    }

    row(line) {
      const t = this.t;
      const text = make("p", { class: "text" }, ...line.parts.map((part) => (part.href ? make("a", { href: part.href, target: "_blank", rel: "noopener noreferrer" }, part.text) : part.text)));
      const row = make("li", { class: line.who }, make("p", { class: "who" }, `${t[line.who]} `, make("time", { datetime: line.at }, line.time)), text);
      if (line.document) row.append(make("button", { class: "file", type: "button", click: () => this.save(`lines/${line.id}/document`, line.document) }, icon("file"), t.save_file.replace("{name}", line.document)));
      return row;
    }

    // Only what is new is added, so that nothing is read out twice.
    add(lines) {
      const fresh = lines.filter((line) => !this.lines.has(line.id));
      for (const line of fresh) {
        this.lines.set(line.id, line);
        this.last = Math.max(this.last, line.id);
        const row = (line.row = this.row(line));
        this.list.append(row);
        this.newest = line.who === "person" ? row : this.newest && this.newest.isConnected && this.newest.matches(".person") ? this.newest : row;
      }
      if (!fresh.length) return;
      this.choose();
      this.newest.scrollIntoView({ block: "start" });
      if (!this.open) this.count(this.unread + fresh.filter((line) => line.who !== "person").length);
    }

    // Lines that were deleted there are not shown here.
    drop(first) {
      for (const [id, line] of this.lines) if (id < first) { line.row.remove(); this.lines.delete(id); }
    }

    choose() {
      const all = [...this.lines.values()];
      const after = all.slice(all.map((line) => line.who).lastIndexOf("person") + 1);
      const rows = after.flatMap((line) => line.buttons);
      const had = this.choices.contains(this.shadowRoot.activeElement);
      const button = (b) => make("button", { type: "button", value: b.value, click: (e) => this.press(e) }, b.label);
      this.choices.replaceChildren(...rows.map((row) => make("div", { class: "row" }, ...row.map(button))));
      this.choices.hidden = !rows.length;
      if (had) this.input.focus();
    }

    count(number) {
      this.unread = number;
      this.launcher.querySelector(".count")?.remove();
      if (number) this.launcher.append(make("span", { class: "count" }, String(number), make("span", { class: "sr" }, ` ${this.t.unread}`)));
    }

    tell(text) { this.status.textContent = text; }
    complain(code) { this.alert.textContent = code ? this.config.errors[code] || this.config.errors.failed : ""; }

    // --- opening and closing ---

    show() {
      this.turn(true);
      (this.input || this.start).focus();
      this.newest?.scrollIntoView({ block: "start" });
    }

    hide() { this.turn(false); this.launcher.focus(); }

    turn(open) {
      this.open = open;
      this.panel.hidden = !open;
      this.launcher.hidden = open;
      this.launcher.setAttribute("aria-expanded", String(open));
      this.count(0);
      if (this.kept.token) this.keep({ open });
    }

    escape(event) {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      if (!this.options.hidden) this.toggle();
      else if (!this.page) this.hide();
    }

    toggle() {
      const open = this.options.hidden;
      if (open) this.options.replaceWith((this.options = this.menu(Boolean(this.kept.token))));
      this.options.hidden = !open;
      this.more.setAttribute("aria-expanded", String(open));
      (open ? this.options.querySelector("select, button") : this.more).focus();
    }

    ask() {
      const t = this.t, yes = make("button", { class: "bad", type: "button", click: () => this.forget() }, t.forget_yes);
      const no = make("button", { type: "button", click: () => this.toggle() }, t.forget_no);
      this.options.replaceChildren(make("h3", { tabindex: -1 }, t.forget_title), make("p", {}, t.forget_text), make("div", { class: "row" }, yes, no));
      this.options.firstChild.focus();
    }

    // --- talking ---

    keep(values) { Object.assign(this.kept, values); memory.write(this.kept); }

    async agree() {
      if (this.starting) return;
      this.starting = true;
      this.complain();
      try {
        const answer = await this.call("POST", "sessions", { body: { consent: true, language: this.config.language } });
        const begun = await answer.json();
        this.keep({ token: begun.token, language: this.config.language, open: true });
        this.draw();
        this.input.focus();
        await pause(100); // A live region must be there before what it is to announce.
        this.add(begun.lines);
        this.listen();
      } catch (error) { this.complain(error.code); }
      this.starting = false;
    }

    enter(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    }

    async say() {
      const text = this.input.value;
      if (!text.trim()) return this.complain("empty");
      if (await this.send({ kind: "text", text })) this.input.value = "";
      this.input.focus();
    }

    press(event) { this.input.focus(); return this.send({ kind: "button", text: event.currentTarget.value }); }

    // A message keeps its key until it has arrived: sent again it is the same message.
    async send(said) {
      if (this.sending) return false;
      const same = this.failed && this.failed.kind === said.kind && this.failed.text === said.text;
      const headers = { "Idempotency-Key": same ? this.failed.key : key() };
      this.sending = true;
      this.input.readOnly = true;
      this.complain();
      this.tell(this.t.typing);
      let arrived = false;
      try {
        const body = { language: this.config.language, after: this.last, ...said };
        const { lines, first } = await (await this.patiently("messages", { body, headers })).json();
        this.tell(lines.some((line) => line.who !== "person") ? "" : this.t.received);
        this.drop(first);
        this.add(lines);
        arrived = true;
        this.failed = null;
      } catch (error) {
        this.tell("");
        this.failed = { ...said, key: headers["Idempotency-Key"] };
        if (error.status === 401) this.end();
        else this.complain(error.code || "not_sent");
      }
      this.sending = false;
      this.input.readOnly = false;
      return arrived;
    }

    async patiently(path, options) {
      for (let tried = 1; ; tried += 1) {
        try { return await this.call("POST", path, options); } catch (error) {
          if (tried === TRIES || (error.status && error.status < 500)) throw error;
          await pause(1000 * tried);
        }
      }
    }

    async speak(language) {
      await this.words(language);
      const begun = this.kept.token, old = [...this.lines.values()];
      if (begun) this.keep({ language });
      this.draw();
      this.add(old);
      this.more.focus();
      if (begun) { await pause(100); await this.send({ kind: "language", text: language, language }); }
    }

    async save(path, name) {
      this.complain();
      try {
        const answer = await this.call("GET", path);
        const given = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") || "");
        const href = URL.createObjectURL(await answer.blob());
        make("a", { href, download: name || decodeURIComponent(given?.[1] || path) }).click();
        setTimeout(() => URL.revokeObjectURL(href), SLOWEST);
        this.tell(this.t.saved);
      } catch (error) { this.complain(error.code); }
    }

    async forget() {
      try {
        await this.call("DELETE", "session");
        this.end(this.t.forgotten);
      } catch (error) { if (error.status === 401) this.end(this.t.forgotten); else this.complain(error.code); }
    }

    // The chat is over: back to the notice.
    end(text) {
      this.stream?.abort();
      memory.clear();
      this.kept = {};
      this.input = this.newest = this.failed = null;
      this.draw();
      if (this.open) this.start.focus();
      setTimeout(() => (text ? this.tell(text) : this.complain("ended")), 100);
    }

    // --- listening: server-sent events by fetch, since EventSource cannot send the token in a header ---

    async listen() {
      const token = this.kept.token, mine = () => this.isConnected && this.kept.token === token;
      for (let wait = 1000, lost = false; mine(); wait = Math.min(wait * 2, SLOWEST)) {
        this.stream = new AbortController();
        try {
          const answer = await this.call("GET", "events", { headers: { "Last-Event-ID": String(this.last) }, signal: this.stream.signal });
          if (lost) this.tell(this.t.online);
          lost = false;
          wait = 500;
          await this.read(answer.body.getReader());
        } catch (error) {
          if (!mine()) return;
          if (error.status === 401) return this.end();
        }
        if (!mine()) return;
        if (lost || wait > 1000) { lost = true; this.tell(this.t.offline); }
        await pause(wait);
        lost = true;
      }
    }

    async read(reader) {
      const decoder = new TextDecoder();
      for (let text = "", timer; ;) {
        timer = setTimeout(() => this.stream.abort(), SILENCE);
        const { done, value } = await reader.read().finally(() => clearTimeout(timer));
        if (done) return;
        const events = (text += decoder.decode(value, { stream: true })).split("\n\n");
        text = events.pop();
        events.forEach((event) => this.take(event));
      }
    }

    take(event) {
      const fields = Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/s)));
      if (fields.event === "line") this.add([JSON.parse(fields.data)]);
      if (fields.event === "ended") this.end();
    }
  }

  if (customElements.get("klimapartner-chat")) return;
  customElements.define("klimapartner-chat", Chat);
  const place = () => document.querySelector("klimapartner-chat") || document.body.append(make("klimapartner-chat"));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
})();
