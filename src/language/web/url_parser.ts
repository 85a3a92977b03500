import type { RealmScope, UrlRecord } from "../realm/scope/realm_scope.ts";

/** Parses URLs by parts, with the same results as the URL Standard's state machine. */
export function urlParser(scope: RealmScope): void {
  const PORTS = new Map([["ftp", 21], ["file", undefined], ["http", 80], ["https", 443], ["ws", 80], ["wss", 443]]);
  // The characters that each part may hold unencoded.
  const OPAQUE = /[\x20-\x7e]/;
  const FRAGMENT = /[!#-;=?-_a-~]/;
  const QUERY = /[!$-;=?-~]/;
  const SPECIAL_QUERY = /[!$-&(-;=?-~]/;
  const PATH = /[!$-;=@-_a-z|~]/;
  const USERINFO = /[!$-.0-9A-Z_a-z~]/;

  const isSpecial = (url: UrlRecord): boolean => PORTS.has(url.scheme);
  const isDrive = (text: string): boolean => /^[a-z][:|]$/i.test(text);
  const startsWithDrive = (text: string): boolean => /^[a-z][:|]([/\\]|$)/i.test(text);

  function encode(text: string, allowed: RegExp): string {
    let encoded = "";
    for (const char of text) encoded += scope.percentEncode(char, allowed);
    return encoded;
  }

  /** Splits before the first slash, in special URLs also before a backslash. */
  function beforeSlash(text: string, special: boolean): [before: string, rest: string] {
    const at = text.search(special ? /[/\\]/ : /\//);
    return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
  }

  function readPath(url: UrlRecord, text: string): void {
    const special = isSpecial(url);
    if (text === "" && !special) return;
    const path = url.path as string[];
    const segments = text.replace(special ? /^[/\\]/ : /^\//, "").split(special ? /[/\\]/ : "/");
    for (let i = 0; i < segments.length; i++) {
      const segment = encode(segments[i]!, PATH);
      const isLast = i === segments.length - 1;
      if (/^(\.|%2e){2}$/i.test(segment)) {
        shorten(url);
        if (isLast) path.push("");
      } else if (/^(\.|%2e)$/i.test(segment)) {
        if (isLast) path.push("");
      } else {
        const drive = url.scheme === "file" && path.length === 0 && isDrive(segment);
        path.push(drive ? `${segment[0]}:` : segment);
      }
    }
  }

  function shorten(url: UrlRecord): void {
    const path = url.path as string[];
    if (url.scheme === "file" && path.length === 1 && /^[a-z]:$/i.test(path[0]!)) return;
    path.pop();
  }

  function readAuthority(url: UrlRecord, text: string): boolean {
    const at = text.lastIndexOf("@");
    if (at >= 0) {
      const credentials = text.slice(0, at);
      const colon = credentials.indexOf(":");
      url.username = encode(colon < 0 ? credentials : credentials.slice(0, colon), USERINFO);
      url.password = colon < 0 ? "" : encode(credentials.slice(colon + 1), USERINFO);
    }
    const [name, port] = splitPort(text.slice(at + 1));
    if (name === "" && (at >= 0 || port !== undefined || isSpecial(url))) return false;
    const host = scope.parseHost(name, isSpecial(url));
    if (host === undefined || (port !== undefined && !/^[0-9]*$/.test(port))) return false;
    url.host = host;
    return setPort(url, port ?? "");
  }

  /** Splits at the first colon outside brackets. */
  function splitPort(text: string): [host: string, port: string | undefined] {
    let inBrackets = false;
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      if (char === ":" && !inBrackets) return [text.slice(0, i), text.slice(i + 1)];
      if (char === "[") inBrackets = true;
      if (char === "]") inBrackets = false;
    }
    return [text, undefined];
  }

  function setPort(url: UrlRecord, digits: string): boolean {
    if (digits === "") return true;
    const port = parseInt(digits, 10);
    if (port > 65535) return false;
    url.port = port === PORTS.get(url.scheme) ? null : port;
    return true;
  }

  function readFile(url: UrlRecord, text: string, base: UrlRecord | undefined): boolean {
    url.host = "";
    if (/^[/\\]{2}/.test(text)) {
      const [name, rest] = beforeSlash(text.slice(2), true);
      if (isDrive(name)) {
        readPath(url, name + rest);
        return true;
      }
      const host = name === "" ? "" : scope.parseHost(name, true);
      if (host === undefined) return false;
      url.host = host === "localhost" ? "" : host;
      readPath(url, rest);
      return true;
    }
    if (base?.scheme === "file") {
      url.host = base.host;
      if (/^[/\\]/.test(text)) {
        const first = base.path[0] ?? "";
        if (!startsWithDrive(text.slice(1)) && /^[a-z]:$/i.test(first)) (url.path as string[]).push(first);
      } else {
        if (text === "") url.query = base.query;
        if (!startsWithDrive(text)) url.path = [...base.path];
        if (text === "") return true;
        if (!startsWithDrive(text)) shorten(url);
      }
    }
    readPath(url, text);
    return true;
  }

  function readRelative(url: UrlRecord, text: string, base: UrlRecord): boolean {
    const special = isSpecial(url);
    if ((special ? /^[/\\]{2}/ : /^\/\//).test(text)) return readHierarchy(url, text);
    const { username, password, host, port } = base;
    Object.assign(url, { username, password, host, port });
    if (!(special ? /^[/\\]/ : /^\//).test(text)) {
      url.path = [...base.path];
      if (text === "") {
        url.query = base.query;
        return true;
      }
      shorten(url);
    }
    readPath(url, text);
    return true;
  }

  /** Reads authority and path. */
  function readHierarchy(url: UrlRecord, text: string): boolean {
    const special = isSpecial(url);
    const [authority, path] = beforeSlash(special ? text.replace(/^[/\\]+/, "") : text.slice(2), special);
    if (!readAuthority(url, authority)) return false;
    readPath(url, path);
    return true;
  }

  function readRest(url: UrlRecord, scheme: string | undefined, text: string, base: UrlRecord | undefined): boolean {
    if (scheme === undefined) {
      if (base === undefined || typeof base.path === "string") return false;
      url.scheme = base.scheme;
      return base.scheme === "file" ? readFile(url, text, base) : readRelative(url, text, base);
    }
    url.scheme = scheme;
    if (scheme === "file") return readFile(url, text, base);
    if (isSpecial(url)) {
      const related = base?.scheme === scheme && !text.startsWith("//");
      return related ? readRelative(url, text, base) : readHierarchy(url, text);
    }
    if (text.startsWith("//")) return readHierarchy(url, text);
    if (text.startsWith("/")) readPath(url, text);
    else url.path = encode(text, OPAQUE);
    return true;
  }

  scope.parseUrl = {
    isSpecial,
    encodeUserinfo: (text) => encode(text, USERINFO),
    encodeQuery: (url, text) => encode(text, isSpecial(url) ? SPECIAL_QUERY : QUERY),
    encodeFragment: (text) => encode(text, FRAGMENT),
    readPath,
    splitPort,
    setPort,

    read(raw, base) {
      const url: UrlRecord = {
        scheme: "",
        username: "",
        password: "",
        host: null,
        port: null,
        path: [],
        query: null,
        fragment: null,
      };
      const text = raw.replace(/^[\0-\x20]+|[\0-\x20]+$/g, "").replace(/[\t\n\r]/g, "");
      const [, scheme, body, query, fragment] = /^(?:([a-z][a-z0-9+.-]*):)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(
        text,
      )!;
      if (scheme === undefined && text.startsWith("#") && typeof base?.path === "string") Object.assign(url, base);
      else if (!readRest(url, scheme?.toLowerCase(), body!, base)) return undefined;
      if (query !== undefined) url.query = scope.parseUrl.encodeQuery(url, query);
      url.fragment = fragment === undefined ? null : encode(fragment, FRAGMENT);
      return url;
    },

    write(url) {
      let text = `${url.scheme}:`;
      if (url.host !== null) {
        const password = url.password === "" ? "" : `:${url.password}`;
        text += `//${url.username}${password}${url.username + password === "" ? "" : "@"}${url.host}`;
        if (url.port !== null) text += `:${url.port}`;
      } else if (typeof url.path !== "string" && url.path.length > 1 && url.path[0] === "") {
        text += "/."; // so that the path is not parsed as a host
      }
      text += scope.parseUrl.writePath(url);
      if (url.query !== null) text += `?${url.query}`;
      if (url.fragment !== null) text += `#${url.fragment}`;
      return text;
    },

    writePath: ({ path }) => typeof path === "string" ? path : path.map((segment) => `/${segment}`).join(""),
  };
}
