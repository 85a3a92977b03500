import type { RealmScope, UrlRecord } from "../realm/scope/realm_scope.ts";

/** Defines `URL`. */
export function url(scope: RealmScope): void {
  const { parseUrl } = scope;

  class URL {
    #url: UrlRecord;
    #params: URLSearchParams | undefined;

    constructor(url: unknown, base?: unknown) {
      const parsed = parse(url, base);
      if (parsed === undefined) throw new TypeError(`invalid URL ${JSON.stringify(String(url))}`);
      this.#url = parsed;
    }

    static canParse(url: unknown, base?: unknown): boolean {
      return parse(url, base) !== undefined;
    }

    static parse(url: unknown, base?: unknown): URL | null {
      return URL.canParse(url, base) ? new URL(url, base) : null;
    }

    get href(): string {
      return parseUrl.write(this.#url);
    }

    set href(value: unknown) {
      const parsed = parse(value, undefined);
      if (parsed === undefined) throw new TypeError(`invalid URL ${JSON.stringify(String(value))}`);
      this.#url = parsed;
      this.#refill();
    }

    get origin(): string {
      const url = this.#url;
      if (url.scheme === "blob") {
        const inner = parse(parseUrl.writePath(url), undefined);
        return inner !== undefined && /^https?$/.test(inner.scheme) ? originOf(inner) : "null";
      }
      return parseUrl.isSpecial(url) && url.scheme !== "file" ? originOf(url) : "null";
    }

    get protocol(): string {
      return `${this.#url.scheme}:`;
    }

    set protocol(value: unknown) {
      const url = this.#url;
      const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(`${stripped(value)}:`)?.[1]?.toLowerCase();
      if (scheme === undefined || parseUrl.isSpecial(url) !== parseUrl.isSpecial({ ...url, scheme })) return;
      if (scheme === "file" && this.#bound()) return;
      if (url.scheme === "file" && url.host === "") return;
      url.scheme = scheme;
      if (url.port !== null) parseUrl.setPort(url, String(url.port));
    }

    get username(): string {
      return this.#url.username;
    }

    set username(value: unknown) {
      if (this.#hasAuthority()) this.#url.username = parseUrl.encodeUserinfo(String(value));
    }

    get password(): string {
      return this.#url.password;
    }

    set password(value: unknown) {
      if (this.#hasAuthority()) this.#url.password = parseUrl.encodeUserinfo(String(value));
    }

    get host(): string {
      return this.#url.host === null ? "" : this.#url.host + (this.#url.port === null ? "" : `:${this.#url.port}`);
    }

    set host(value: unknown) {
      this.#setHost(stripped(value), true);
    }

    get hostname(): string {
      return this.#url.host ?? "";
    }

    set hostname(value: unknown) {
      this.#setHost(stripped(value), false);
    }

    get port(): string {
      return this.#url.port === null ? "" : String(this.#url.port);
    }

    set port(value: unknown) {
      if (!this.#hasAuthority()) return;
      if (String(value) === "") this.#url.port = null;
      else parseUrl.setPort(this.#url, /^[0-9]*/.exec(stripped(value))![0]);
    }

    get pathname(): string {
      return parseUrl.writePath(this.#url);
    }

    set pathname(value: unknown) {
      if (typeof this.#url.path === "string") return;
      this.#url.path = [];
      const text = stripped(value);
      if (text === "" && this.#url.host === null) this.#url.path.push("");
      else parseUrl.readPath(this.#url, text);
    }

    get search(): string {
      return this.#url.query ? `?${this.#url.query}` : "";
    }

    set search(value: unknown) {
      const text = String(value);
      this.#url.query = text === "" ? null : parseUrl.encodeQuery(this.#url, stripped(text.replace(/^\?/, "")));
      this.#refill();
    }

    get searchParams(): URLSearchParams {
      return this.#params ??= scope.searchParams(scope.parseForm(this.#url.query ?? ""), (text) => {
        this.#url.query = text === "" ? null : text;
      });
    }

    get hash(): string {
      return this.#url.fragment ? `#${this.#url.fragment}` : "";
    }

    set hash(value: unknown) {
      const text = String(value);
      this.#url.fragment = text === "" ? null : parseUrl.encodeFragment(stripped(text.replace(/^#/, "")));
    }

    toString(): string {
      return this.href;
    }

    toJSON(): string {
      return this.href;
    }

    #refill(): void {
      if (this.#params !== undefined) scope.refillSearchParams(this.#params, scope.parseForm(this.#url.query ?? ""));
    }

    #bound(): boolean {
      return this.#url.username !== "" || this.#url.password !== "" || this.#url.port !== null;
    }

    #hasAuthority(): boolean {
      return this.#url.host !== null && this.#url.host !== "" && this.#url.scheme !== "file";
    }

    #setHost(text: string, withPort: boolean): void {
      const url = this.#url;
      if (typeof url.path === "string") return;
      const special = parseUrl.isSpecial(url);
      const [authority] = text.split(special ? /[/\\?#]/ : /[/?#]/);
      const [name, port] = url.scheme === "file" ? [authority!, undefined] : parseUrl.splitPort(authority!);
      if (port !== undefined && (name === "" || !withPort)) return;
      if (name === "" && url.scheme !== "file" && (special || this.#bound())) return;
      const host = name === "" ? "" : scope.parseHost(name, special);
      if (host === undefined) return;
      url.host = url.scheme === "file" && host === "localhost" ? "" : host;
      if (port !== undefined) parseUrl.setPort(url, /^[0-9]*/.exec(port)![0]);
    }
  }

  function parse(url: unknown, base: unknown): UrlRecord | undefined {
    const parsedBase = base === undefined ? undefined : parseUrl.read(String(base));
    return base !== undefined && parsedBase === undefined ? undefined : parseUrl.read(String(url), parsedBase);
  }

  function stripped(value: unknown): string {
    return String(value).replace(/[\t\n\r]/g, "");
  }

  function originOf(url: UrlRecord): string {
    return `${url.scheme}://${url.host}${url.port === null ? "" : `:${url.port}`}`;
  }

  scope.expose("URL", URL);
}
