import { assert, assertEquals, assertMatch } from "@std/assert";
import manifest from "../../../deno.json" with { type: "json" };
import { currentLaunch, type Launch } from "./launch.ts";
import { PACKAGES, projectFiles, projectName } from "./project_files.ts";
import { findTemplate, TEMPLATES } from "./templates.ts";

const NPM: Launch = { origin: "npm", deno: "deno" };
const JSR: Launch = { origin: "jsr", deno: "deno" };

Deno.test("the name of a project is that of its folder, as npm takes it", () => {
  const names = {
    shop: "shop",
    "My Shop": "my-shop",
    "Café & Bar!": "cafe-bar",
    "_.hidden": "hidden",
    "商店": "weft-project",
  };
  assertEquals(Object.fromEntries(Object.keys(names).map((name) => [name, projectName(name)])), names);
  assertMatch(projectName("x".repeat(300)), /^x{100}$/);
});

Deno.test("the packages of a project are of the versions that Weft is tested with", () => {
  const imports: Readonly<Record<string, string>> = manifest.imports;
  for (const [name, version] of Object.entries(PACKAGES)) assertEquals(imports[name], `npm:${name}@${version}`);
});

Deno.test("every project has the same frame, and no placeholder is left", () => {
  for (const template of TEMPLATES) {
    for (const launch of [NPM, JSR, currentLaunch()]) {
      const files = projectFiles({ template, name: "my-shop", folder: "/srv/my-shop", launch });
      for (const path of ["README.md", "weft.yaml", "deno.json", ".gitignore", ".github/workflows/weft.yml"]) {
        assert(path in files, `${template.name}: ${path}`);
      }
      assert(template.extension in files, template.name);
      assertEquals("package.json" in files, launch.origin === "npm");
      assertEquals(".env" in files && ".env.example" in files, template.secrets !== undefined);
      for (const [path, text] of Object.entries(files)) {
        assert(!/%[a-z]+%/.test(text), `${template.name}: ${path}`);
        assert(text === "" || text.endsWith("\n"), `${template.name}: ${path} has no end of line`);
      }
    }
  }
});

Deno.test("a secret is made for each project, and is not in the example", () => {
  const make = () => projectFiles({ template: findTemplate("webhook"), name: "a", folder: "/a", launch: JSR });
  const [one, other] = [make(), make()];
  assertMatch(one[".env"]!, /^GITHUB_SECRET=[0-9a-f]{32}\n$/);
  assert(one[".env"] !== other[".env"]);
  assertEquals(one[".env.example"], "GITHUB_SECRET=change-me\n");
  assert(one[".gitignore"]!.includes("\n.env\n"));
});
