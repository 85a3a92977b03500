import { nearest } from "../../spec/model/mod.ts";
import { oneOf, UsageError } from "../options/flag.ts";
import type { Template } from "./template.ts";
import apiFlow from "./templates/api/flow.yaml" with { type: "text" };
import apiReadme from "./templates/api/readme.md" with { type: "text" };
import slug from "./templates/api/slug.ts.txt" with { type: "text" };
import slugTest from "./templates/api/slug_tests.ts.txt" with { type: "text" };
import apiTests from "./templates/api/tests.yaml" with { type: "text" };
import chatScript from "./templates/chat/chat.js.txt" with { type: "text" };
import emoji from "./templates/chat/emoji.ts.txt" with { type: "text" };
import emojiTest from "./templates/chat/emoji_tests.ts.txt" with { type: "text" };
import chatFlow from "./templates/chat/flow.yaml" with { type: "text" };
import chatPage from "./templates/chat/index.html" with { type: "text" };
import chatReadme from "./templates/chat/readme.md" with { type: "text" };
import chatTests from "./templates/chat/tests.yaml" with { type: "text" };
import scheduleFlow from "./templates/schedule/flow.yaml" with { type: "text" };
import orders from "./templates/schedule/orders.json.txt" with { type: "text" };
import scheduleReadme from "./templates/schedule/readme.md" with { type: "text" };
import statistics from "./templates/schedule/statistics.ts.txt" with { type: "text" };
import statisticsTest from "./templates/schedule/statistics_tests.ts.txt" with { type: "text" };
import scheduleTests from "./templates/schedule/tests.yaml" with { type: "text" };
import database from "./templates/webhook/database.yaml" with { type: "text" };
import webhookFlow from "./templates/webhook/flow.yaml" with { type: "text" };
import webhookReadme from "./templates/webhook/readme.md" with { type: "text" };
import summary from "./templates/webhook/summary.ts.txt" with { type: "text" };
import summaryTest from "./templates/webhook/summary_tests.ts.txt" with { type: "text" };
import webhookTests from "./templates/webhook/tests.yaml" with { type: "text" };

/** The templates; the first is the default. */
export const TEMPLATES: readonly Template[] = [
  {
    name: "api",
    summary: "notes over HTTP: made, read, changed and deleted, with validation",
    files: {
      "README.md": apiReadme,
      "flows/notes.yaml": apiFlow,
      "tests/notes_test.yaml": apiTests,
      "extensions/slug.ts": slug,
      "extensions/slug_test.ts": slugTest,
    },
    extension: "extensions/slug.ts",
    env: { PORT: 8000 },
    tryIt: `curl localhost:8000/notes -H 'Content-Type: application/json' -d '{"title":"Tea"}'`,
  },
  {
    name: "webhook",
    summary: "webhooks of GitHub: a signature, a queue, work with retries",
    files: {
      "README.md": webhookReadme,
      "flows/webhooks.yaml": webhookFlow,
      "flows/database.yaml": database,
      "tests/webhooks_test.yaml": webhookTests,
      "extensions/summary.ts": summary,
      "extensions/summary_test.ts": summaryTest,
    },
    extension: "extensions/summary.ts",
    env: { PORT: 8000, DATABASE: "webhooks.db" },
    secrets: ["GITHUB_SECRET"],
    needsPrograms: true,
    tryIt: "curl -i localhost:8000/github -d '{}', which is not signed: 401; README.md says how to sign",
  },
  {
    name: "schedule",
    summary: "a report that is written at the times of a schedule",
    files: {
      "README.md": scheduleReadme,
      "flows/report.yaml": scheduleFlow,
      "tests/report_test.yaml": scheduleTests,
      "extensions/statistics.ts": statistics,
      "extensions/statistics_test.ts": statisticsTest,
      "data/orders.json": orders,
      "reports/.gitkeep": "",
    },
    extension: "extensions/statistics.ts",
    env: { SCHEDULE: "0 7 * * 1-5", ZONE: "UTC" },
    settings: "allow-files: [data=data:ro, reports=reports] # the folders that flows see, by their names\n",
    startFlags: "-e 'SCHEDULE=* * * * *'",
    tryIt: "ls reports, a minute later",
  },
  {
    name: "chat",
    summary: "a chat in rooms: a page and websockets",
    files: {
      "README.md": chatReadme,
      "flows/chat.yaml": chatFlow,
      "tests/chat_test.yaml": chatTests,
      "extensions/emoji.ts": emoji,
      "extensions/emoji_test.ts": emojiTest,
      "page/index.html": chatPage,
      "page/chat.js": chatScript,
    },
    extension: "extensions/emoji.ts",
    env: { PORT: 8000 },
    tryIt: "open http://localhost:8000 in two windows",
  },
];

/** Returns the template of a name. @throws {UsageError} If there is none; it names the nearest. */
export function findTemplate(name: string): Template {
  const found = TEMPLATES.find((template) => template.name === name);
  if (found !== undefined) return found;
  const names = TEMPLATES.map(({ name }) => name);
  const meant = nearest(name, names);
  const hint = meant === undefined
    ? `for a folder of this name, write weft init ${names[0]} ${name}`
    : `did you mean ${JSON.stringify(meant)}?`;
  throw new UsageError(`unknown template ${JSON.stringify(name)}: expected ${oneOf(names)}; ${hint}`);
}
