/** A file as authors of Uniflow write them, with names of its own so that all files run together. */
export interface Block {
  /** What it shows. */
  readonly title: string;
  readonly text: string;
  /** What `weft check` says about it, where the file is wrong or a part of one: all of it. */
  readonly errors?: readonly string[];
}

/** The shapes of all files in the documents of Uniflow, but those with `env`, in their order. */
export const BLOCKS: readonly Block[] = [
  {
    title: "an id that is no UUID, and a link to a node that is not in the file",
    text: `
id: "node-1"
kind: "http"
namespace: "default"
name: "fetch-prices"
url: https://prices.example/
ports:
  out:
    - name: "nobody"
      port: "in"
`,
    errors: [
      '2:5: invalid id "node-1": expected a UUID',
      '9:13: unknown node "nobody"',
    ],
  },
  {
    title: "a part of a spec",
    text: `
ports:
  out:
    - name: "nobody"
      port: "in"
`,
    errors: ['2:1: missing field "kind" of spec: expected a string', '4:13: unknown node "nobody"'],
  },
  {
    title: "a listener, a router and a text",
    text: `
- kind: listener
  name: ping-web
  protocol: http
  port: 0
  ports:
    out:
      - name: ping-router
        port: in

- kind: router
  name: ping-router
  routes:
    - method: GET
      path: /ping
      port: out[0]
  ports:
    out[0]:
      - name: ping-answer
        port: in

- kind: snippet
  name: ping-answer
  language: text
  code: pong
`,
  },
  {
    title: "a kind of an extension",
    text: `
- kind: proxy
  name: shops
  urls:
    - https://one.example/
    - https://two.example/
`,
    errors: ['2:9: unknown kind "proxy"; did you mean "http"?'],
  },
  {
    title: "a listener in front of a kind of an extension",
    text: `
- kind: listener
  name: shops-web
  protocol: http
  port: 0
  ports:
    out:
      - name: shops
        port: in

- kind: proxy
  name: shops
  urls:
    - https://one.example/
`,
    errors: ['11:9: unknown kind "proxy"; did you mean "http"?'],
  },
  {
    title: "a block whose nodes are called by their places",
    text: `
- kind: block
  name: ask-block
  specs:
    - kind: snippet
      language: javascript
      code: |
        export default function (args) {
          return { method: 'POST', path: '/echo', body: args };
        }
      ports:
        out:
          - name: $1
            port: in
    - kind: http
      url: "{{ env.SERVER }}"
      ports:
        out:
          - name: $2
            port: in
    - kind: snippet
      language: javascript
      code: |
        export default function (args) {
          return args.body;
        }
  inbounds:
    in:
      - name: $0
        port: in
  outbounds:
    out:
      - name: $2
        port: out
`,
  },
  {
    title: "each item of a list",
    text: `
- kind: for
  name: each
  ports:
    out[0]:
      - name: each-next
        port: in
    out[1]:
      - name: each-done
        port: in
- { kind: snippet, name: each-next, language: cel, code: self * 2 }
- { kind: snippet, name: each-done, language: cel, code: "{'all': self}" }
`,
  },
  {
    title: "each item of a list, linked to a port that a packet cannot go to",
    text: `
- kind: for
  name: each-wrong
  ports:
    out[0]:
      - name: each-odd
        port: out
- { kind: snippet, name: each-odd, language: cel, code: self }
`,
    errors: ['7:15: unknown in port "out" of each-odd; known ports are in'],
  },
  {
    title: "a fork",
    text: `
- kind: fork
  name: aside
  ports:
    out:
      - name: aside-log
        port: in
- { kind: log, name: aside-log, message: aside }
`,
  },
  {
    title: "a condition on a key of the payload without self",
    text: `
- kind: if
  name: many-wrong
  when: "count > 10"
`,
    errors: ["4:10: unknown variable: count; the only variable is `self`"],
  },
  {
    title: "a condition",
    text: `
- kind: if
  name: many
  when: "self.count > 10"
  ports:
    out[0]:
      - name: many-yes
        port: in
    out[1]:
      - name: many-no
        port: in
- { kind: snippet, name: many-yes, language: text, code: many }
- { kind: snippet, name: many-no, language: text, code: few }
`,
  },
  {
    title: "two constants that are merged",
    text: `
- kind: snippet
  name: zero
  language: json
  code: 0
  ports:
    out:
      - name: both
        port: in[0]

- kind: snippet
  name: one
  language: json
  code: 1
  ports:
    out:
      - name: both
        port: in[1]

- kind: merge
  name: both
  ports:
    out:
      - name: both-next
        port: in
- { kind: snippet, name: both-next, language: cel, code: self }
- { kind: pipe, name: both-start, ports: { out: [{ name: zero, port: in }, { name: one, port: in }] } }
`,
  },
  {
    title: "what is printed",
    text: `
- kind: print
  name: shout
  filename: /dev/stdout
  ports:
    out:
      - name: shout-end
        port: in

- kind: nop
  name: shout-end
`,
  },
  {
    title: "a pipe",
    text: `
- kind: pipe
  name: relay
  ports:
    out[0]:
      - name: relay-origin
        port: in
    out[1]:
      - name: relay-next
        port: in
- { kind: snippet, name: relay-origin, language: cel, code: self + 1 }
- { kind: snippet, name: relay-next, language: cel, code: self * 10 }
`,
  },
  {
    title: "attempts",
    text: `
- kind: retry
  name: again
  threshold: 3 # tried three times more
  ports: { out: [{ name: again-fails, port: in }] }
- { kind: throw, name: again-fails }
`,
  },
  {
    title: "a wait",
    text: `
- kind: sleep
  name: later
  interval: 2000 # two seconds
`,
  },
  {
    title: "an error as a response",
    text: `
- kind: snippet
  name: explain
  language: javascript
  code: |
    export default function (args) {
      return {
        body: {
          error: args.error()
        },
        status: 400
      };
    }
`,
  },
  {
    title: "the items of a list by ports",
    text: `
- kind: split
  name: parts
  ports:
    out[0]:
      - name: parts-first
        port: in
    out[1]:
      - name: parts-second
        port: in
- { kind: snippet, name: parts-first, language: cel, code: "'first ' + self" }
- { kind: snippet, name: parts-second, language: cel, code: "'second ' + self" }
`,
  },
  {
    title: "steps",
    text: `
- kind: step
  name: ask-step
  specs:
    - kind: snippet
      language: javascript
      code: |
        export default function (args) {
          return { method: 'POST', path: '/echo', body: args };
        }
    - kind: http
      url: "{{ env.SERVER }}"
    - kind: snippet
      language: javascript
      code: |
        export default function (args) {
          return args.body;
        }
`,
  },
  {
    title: "a choice by a key of the payload without self",
    text: `
- kind: switch
  name: result-wrong
  matches:
    - when: "payload['status'] == 'success'"
      port: out[0]
`,
    errors: ["5:14: unknown variable: payload; the only variable is `self`"],
  },
  {
    title: "a choice",
    text: `
- kind: switch
  name: result
  matches:
    - when: "self.payload['status'] == 'success'"
      port: out[0]
    - when: "self.payload['status'] == 'error'"
      port: out[1]
  ports:
    out[0]:
      - name: result-success
        port: in
    out[1]:
      - name: result-error
        port: in
- { kind: snippet, name: result-success, language: text, code: well }
- { kind: snippet, name: result-error, language: text, code: badly }
`,
  },
  {
    title: "an error",
    text: `
- kind: throw
  name: fail
`,
  },
  {
    title: "an error that is caught",
    text: `
- kind: try
  name: careful
  ports:
    out:
      - name: careful-next
        port: in
    error:
      - name: careful-catch
        port: in
- { kind: throw, name: careful-next }
- { kind: snippet, name: careful-catch, language: cel, code: "'caught: ' + string(self)" }
`,
  },
  {
    title: "a listener in front of another server",
    text: `
- kind: listener
  name: mirror-web
  protocol: http
  port: 0
  ports:
    out:
      - name: mirror
        port: in

- kind: http
  name: mirror
  url: "{{ env.SERVER }}"
`,
  },
  {
    title: "fields inside of spec",
    text: `
kind: listener
name: wrapped-web
spec:
  protocol: http
  host: "localhost"
  port: 0
`,
  },
  {
    title: "a certificate in a spec",
    text: `
kind: listener
name: secure-web
spec:
  protocol: http
  port: 0
  tls:
    cert: [ base64 of PEM ]
    key: [ base64 of PEM ]
`,
    errors: [
      "8:11: invalid tls.cert: expected a string, got a list of 1",
      "9:10: invalid tls.key: expected a string, got a list of 1",
    ],
  },
  {
    title: "routes",
    text: `
- kind: listener
  name: api-web
  protocol: http
  port: 0
  ports:
    out:
      - name: api-router
        port: in

- kind: router
  name: api-router
  routes:
    - method: GET
      path: /api/data
      port: out[0]
    - method: POST
      path: /api/submit
      port: out[1]
  ports:
    out[0]:
      - name: api-data
        port: in
    out[1]:
      - name: api-submit
        port: in
- { kind: snippet, name: api-data, language: json, code: '{"data": []}' }
- { kind: snippet, name: api-submit, language: cel, code: self.body }
`,
  },
  {
    title: "a statement",
    text: `
- kind: snippet
  name: insert
  language: javascript
  code: |
    export default function (args) {
      return [
        'INSERT INTO USERS(name) VALUES (?), (?)',
        ["foo", "bar"]
      ];
    }
  ports:
    out:
      - name: database
        port: in

- kind: sql
  name: database
  driver: sqlite3
  source: file::memory:?cache=shared
  ports:
    out:
      - name: database-next
        port: in
- { kind: snippet, name: database-next, language: cel, code: self }
`,
  },
  {
    title: "a test of an answer",
    text: `
- kind: test
  name: answer-test
  ports:
    out[0]:
      - name: forty-two
        port: in
    out[1]:
      - name: forty-two-expected
        port: in

- kind: snippet
  name: forty-two
  language: json
  code: 42

- kind: assert
  name: forty-two-expected
  expect: self == 42
`,
  },
  {
    title: "a test of what a node has sent",
    text: `
- kind: test
  name: sent-test
  ports:
    out[0]:
      - name: sent-first
        port: in
    out[1]:
      - name: sent-expected
        port: in

- kind: snippet
  name: sent-first
  language: json
  code: 1
  ports:
    out:
      - name: sent-second
        port: in

- kind: snippet
  name: sent-second
  language: json
  code: 2

- kind: assert
  name: sent-expected
  expect: self == 1
  target:
    name: sent-first
    port: out
`,
  },
  {
    title: "a test without asserts",
    text: `
- kind: test
  name: plain-test
  ports:
    out:
      - name: plain-first
        port: in

- kind: snippet
  name: plain-first
  language: json
  code: 1
`,
  },
];
