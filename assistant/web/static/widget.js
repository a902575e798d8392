// <klimapartner-chat>: the web chat as one element. Attributes: lang; mode="page" (no launcher); start (the token of
// a link in a mail: it ties the chat to an entry, and is used when somebody presses the start button).
{
  const BASE = new URL("api/", document.currentScript.src), CSS_TEXT = "STYLE";
  const NAME = "klimapartner-chat", SLOW = 30000, SILENCE = 45000, TRIES = 3;
  const ICONS = {
    chat: "M4 5h16v11H10l-5 4v-4H4z", close: "M6 6l12 12M18 6L6 18", more: "M5 7h14M5 12h14M5 17h14", file: "M12 4v11m-4-4l4 4 4-4M5 20h14",
  };
  const pause = (time) => new Promise((done) => setTimeout(done, time));

  // An element; attributes that are functions are listeners, true is an empty one.
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") node.addEventListener(name, value);
      else if (value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  }

  function icon(name) {
    const node = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
    const svg = node("svg"), path = node("path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  const button = (label, click, kind = "", more = {}) => make("button", { type: "button", class: kind, click, ...more }, label);
  const link = (href, text) => make("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);

  // What the tab remembers after consent; where storage is shut, only this page does.
  const store = (work) => { try { return work(sessionStorage); } catch { return null; } };

  class Chat extends HTMLElement {
    async connectedCallback() {
      if (this.kept) return;
      Object.assign(this, { lines: new Map(), last: 0, unread: 0, kept: store((s) => JSON.parse(s.getItem(NAME))) || {} });
      // Until the words are there what stands inside the element is shown.
      for (let wait = 2000; !this.t; wait = Math.min(wait * 2, SLOW)) {
        await this.words(this.kept.language || this.lang || document.documentElement.lang).catch(() => pause(wait));
      }
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS_TEXT);
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      this.page = this.getAttribute("mode") === "page";
      this.open = this.page || Boolean(this.kept.open);
      this.draw();
      this.listen();
      if (this.kept.token && this.getAttribute("start")) this.tie();
    }

    // A chat is open in this tab already: the link goes on in it.
    async tie() {
      const text = this.getAttribute("start");
      this.started();
      await pause(100);
      await this.send({ kind: "start", text });
    }

    async words(language) {
      this.config = await (await this.call("GET", `config?lang=${encodeURIComponent(language)}`)).json();
      this.t = this.config.words;
    }

    async call(method, path, { body, headers = {}, signal } = {}) {
      if (this.kept.token) headers["X-Chat-Token"] = this.kept.token;
      if (body) headers["Content-Type"] = "application/json";
      const answer = await fetch(new URL(path, BASE), { method, headers, signal, credentials: "omit", body: body && JSON.stringify(body) });
      if (answer.ok) return answer;
      const { error = "failed" } = await answer.json().catch(() => ({}));
      throw Object.assign(Error(error), { code: error, status: answer.status });
    }

    draw() {
      const { t, kept } = this;
      this.launcher = button(icon("chat"), () => this.show(), "launch main", { "aria-expanded": this.open });
      this.launcher.append(t.open);
      this.status = make("p", { class: "status", role: "status" });
      this.alert = make("p", { class: "alert", role: "alert" });
      this.list = make("ol");
      this.choices = make("div", { class: "choices", role: "group", "aria-label": t.choices, hidden: true });
      this.options = make("div", { class: "opts", hidden: true });
      this.more = button(icon("more"), () => this.toggle(), "icon", { "aria-label": t.options, "aria-expanded": false });
      const close = button(icon("close"), () => this.hide(), "icon close", { "aria-label": t.close });
      const log = make("div", { role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": t.log }, this.list);
      this.body = make("div", { class: "body", tabindex: 0, role: "group", "aria-label": t.log }, ...(kept.token ? [log, this.choices] : [this.notice()]));
      const head = make("div", { class: "head" }, make("div", {}, make("h2", {}, t.title), make("p", {}, t.subtitle)), this.more, close);
      this.panel = make("section", { class: "panel", "aria-label": t.title, lang: this.config.language, keydown: (e) => this.escape(e) }, head, this.options, this.body, this.status, this.alert, ...(kept.token ? [this.form()] : []));
      this.shadowRoot.replaceChildren(this.launcher, this.panel);
      this.turn(this.open);
      this.last = 0;
      const old = [...this.lines.values()];
      this.lines.clear();
      this.add(old);
    }

    privacy() {
      const { t, config } = this;
      return link(config.privacy || new URL(`../privacy?lang=${config.language}`, BASE), `${t.privacy} (${t.new_tab})`);
    }

    notice() {
      this.input = button(this.t.start, () => this.agree(), "main");
      const texts = this.config.notice.map((text) => make("p", {}, text));
      return make("section", {}, make("h2", {}, this.t.consent_title), ...texts, this.privacy(), this.input);
    }

    form() {
      const { t } = this;
      this.input = make("textarea", { id: "text", rows: 1, autocomplete: "off", "aria-describedby": "hint", keydown: (e) => this.enter(e) });
      const field = make("div", { class: "field" }, make("label", { for: "text" }, t.message), this.input, make("span", { id: "hint", class: "sr" }, t.hint));
      return make("form", { submit: (e) => { e.preventDefault(); this.say(); } }, field, make("button", { class: "main" }, t.send));
    }

    menu() {
      const { t, config } = this;
      const choose = make("select", { id: "language", change: (e) => this.speak(e.target.value) });
      for (const [code, name] of Object.entries(config.languages)) choose.append(make("option", { value: code, lang: code, selected: code === config.language }, name));
      const own = [
        button(t.save_text, () => this.save("transcript.txt", `${t.transcript_file}.txt`)), button(t.save_html, () => this.save("transcript.html", `${t.transcript_file}.html`)),
        button(t.forget, () => this.ask(), "bad"), this.privacy(),
      ];
      this.options.replaceChildren(make("div", {}, make("label", { for: "language" }, t.language), choose), ...(this.kept.token ? own : []));
    }

    ask() {
      const { t } = this, title = make("h2", { tabindex: -1 }, t.forget_title);
      const row = make("div", { class: "row" }, button(t.forget_yes, () => this.forget(), "bad"), button(t.forget_no, () => this.toggle()));
      this.options.replaceChildren(title, make("p", {}, t.forget_text), row);
      title.focus();
    }

    row({ id, who, parts, at, time, document: file }) {
      const text = parts.map((part) => (part.href ? link(part.href, part.text) : part.text));
      const row = make("li", { class: who }, make("p", { class: "who" }, `${this.t[who]} `, make("time", { datetime: at }, time)), make("p", { class: "text" }, ...text));
      if (file) {
        row.append(button(icon("file"), () => this.save(`lines/${id}/document`, file), "file"));
        row.lastChild.append(this.t.save_file.replace("{name}", file));
      }
      return row;
    }

    // Only what is new is added, so that nothing is read out twice.
    add(lines) {
      const fresh = lines.filter(({ id }) => !this.lines.has(id));
      if (!fresh.length || !this.kept.token) return;
      for (const line of fresh) {
        this.lines.set(line.id, line);
        this.last = Math.max(this.last, line.id);
        this.list.append((line.row = this.row(line)));
      }
      this.choose();
      this.newest = (fresh.find(({ who }) => who === "person") || fresh[0]).row;
      this.scroll();
      if (!this.open) this.count(this.unread + fresh.length);
    }

    scroll() { if (this.newest) this.body.scrollTop = this.newest.offsetTop - 12; }

    choose() {
      const all = [...this.lines.values()], after = all.map(({ who }) => who).lastIndexOf("person") + 1;
      const rows = all.slice(after).flatMap(({ buttons }) => buttons);
      const press = ({ label, value: text }) => button(label, () => { this.input.focus(); this.send({ kind: "button", text }); });
      this.choices.replaceChildren(...rows.map((row) => make("div", { class: "row" }, ...row.map(press))));
      this.choices.hidden = !rows.length;
    }

    count(number) {
      this.unread = number;
      this.launcher.querySelector(".count")?.remove();
      if (number) this.launcher.append(make("span", { class: "count" }, `${number}`, make("span", { class: "sr" }, ` ${this.t.unread}`)));
    }

    tell(text) { this.status.textContent = text; }

    complain(code = "failed") { this.alert.textContent = code && (this.config.errors[code] || this.config.errors.failed); }

    show() { this.turn(true); this.input.focus(); this.scroll(); }

    hide() { this.turn(false); this.launcher.focus(); }

    turn(open) {
      this.open = open;
      this.panel.hidden = !open;
      this.launcher.hidden = open;
      this.count(0);
      if (this.kept.token) this.keep({ open });
    }

    escape(event) {
      if (event.key !== "Escape") return;
      if (!this.options.hidden) this.toggle();
      else if (!this.page) this.hide();
    }

    toggle() {
      const open = this.options.hidden;
      if (open) this.menu();
      this.options.hidden = !open;
      this.more.setAttribute("aria-expanded", open);
      (open ? this.options.querySelector("select") : this.more).focus();
      this.scroll();
    }

    keep(values) { store((s) => s.setItem(NAME, JSON.stringify(Object.assign(this.kept, values)))); }

    async agree() {
      this.complain("");
      const { language } = this.config;
      try {
        const { token, lines } = await (await this.call("POST", "sessions", { body: { consent: true, language, start: this.getAttribute("start") || "" } })).json();
        this.keep({ token, language, open: true });
        this.started();
        this.draw();
        this.input.focus();
        await pause(100); // a live region must be there first
        this.add(lines);
        this.listen();
      } catch ({ code }) { this.complain(code); }
    }

    // The link's token is used up: loading the page again must not bring it once more.
    started() {
      this.removeAttribute("start");
      if (this.page) history.replaceState(null, "", location.pathname);
    }

    enter(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    }

    async say() {
      const text = this.input.value;
      if (!text.trim()) this.complain("empty");
      else if (await this.send({ kind: "text", text })) this.input.value = "";
      this.input.focus();
    }

    // A message keeps its key until it has arrived.
    async send(said) {
      if (this.input.readOnly) return false;
      const same = this.failed?.kind === said.kind && this.failed.text === said.text;
      this.failed = same ? this.failed : { ...said, key: crypto.getRandomValues(new Uint32Array(4)).join("-") };
      this.input.readOnly = true;
      this.complain("");
      this.tell(this.t.typing);
      try {
        const { lines, first } = await this.post({ language: this.config.language, after: this.last, ...said });
        this.tell(lines.some(({ who }) => who !== "person") ? "" : this.t.received);
        // Lines that were deleted there are not shown here.
        for (const [id, line] of this.lines) if (id < first) { line.row.remove(); this.lines.delete(id); }
        this.add(lines);
        this.failed = null;
      } catch ({ code }) {
        this.tell("");
        if (code === "ended") this.end();
        else this.complain(code || "not_sent");
      }
      this.input.readOnly = false;
      return !this.failed;
    }

    async post(body) {
      for (let tried = 1; ; tried += 1) {
        const headers = { "Idempotency-Key": this.failed.key };
        try { return await (await this.call("POST", "messages", { body, headers })).json(); } catch (error) {
          if (tried === TRIES || error.status < 500) throw error;
          await pause(1000 * tried);
        }
      }
    }

    async speak(language) {
      try { await this.words(language); } catch { return this.complain(); }
      this.draw();
      this.more.focus();
      if (this.kept.token) { this.keep({ language }); await pause(100); await this.send({ kind: "language", text: language }); }
    }

    async save(path, name) {
      this.complain("");
      try {
        const href = URL.createObjectURL(await (await this.call("GET", path)).blob());
        make("a", { href, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(href), SLOW);
        this.tell(this.t.saved);
      } catch ({ code }) { this.complain(code); }
    }

    async forget() {
      try { await this.call("DELETE", "session"); } catch ({ code }) { if (code !== "ended") return this.complain(code); }
      this.end(this.t.forgotten);
    }

    // The chat is over: back to the notice.
    end(text) {
      this.kept = {};
      this.stream?.abort();
      store((s) => s.removeItem(NAME));
      this.lines.clear();
      this.newest = this.failed = null;
      this.draw();
      if (this.open) this.input.focus();
      setTimeout(() => (text ? this.tell(text) : this.complain("ended")), 100);
    }

    // Server-sent events by fetch: an EventSource cannot send the token in a header.
    async listen() {
      const { token } = this.kept;
      for (let wait = 1000, lost = false; token && token === this.kept.token; wait = Math.min(wait * 2, SLOW)) {
        this.stream = new AbortController();
        try {
          const { body } = await this.call("GET", "events", { headers: { "Last-Event-ID": `${this.last}` }, signal: this.stream.signal });
          if (lost) this.tell(this.t.online);
          lost = false;
          wait = 500;
          await this.read(body.getReader());
        } catch ({ code }) {
          if (token !== this.kept.token) return;
          if (code === "ended") return this.end();
          lost = code !== "busy";
          if (lost) this.tell(this.t.offline);
          else {
            wait = SLOW / 2;
            await this.look().catch(() => {});
          }
        }
        await pause(wait);
      }
    }

    // Too many streams are open there: ask from time to time.
    async look() { this.add((await (await this.call("GET", `lines?after=${this.last}`)).json()).lines); }

    async read(reader) {
      const decoder = new TextDecoder();
      for (let text = ""; ;) {
        const timer = setTimeout(() => this.stream.abort(), SILENCE);
        const { done, value } = await reader.read().finally(() => clearTimeout(timer));
        if (done) return;
        const events = (text += decoder.decode(value, { stream: true })).split("\n\n");
        text = events.pop();
        for (const event of events) {
          const kind = /^event: (.*)/m.exec(event)?.[1];
          if (kind === "line") this.add([JSON.parse(/^data: (.*)/m.exec(event)[1])]);
          if (kind === "ended") this.end();
        }
      }
    }
  }

  const place = () => document.querySelector(NAME) || document.body.append(make(NAME));
  if (!customElements.get(NAME)) {
    customElements.define(NAME, Chat);
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
    else place();
  }
}
