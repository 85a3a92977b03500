import { assertEquals, assertThrows } from "@std/assert";
import { GrantedFolders } from "./granted_folders.ts";

Deno.test("a folder is granted by its own name or another one, for reading or for all", () => {
  const folders = new GrantedFolders(["/srv/data", "in=/srv/mail/in:ro", "a-b=./a=b"]);
  assertEquals(folders.get("data", "write"), { name: "data", path: "/srv/data", isWritable: true });
  assertEquals(folders.get("in", "read"), { name: "in", path: "/srv/mail/in", isWritable: false });
  const wrong = new GrantedFolders(["x=/srv:ro"]);
  assertEquals(wrong.get(undefined, "read").name, "x");
  assertThrows(() => wrong.get("x", "write"), Error, 'folder "x" is for reading only');
  assertThrows(() => wrong.get("y", "read"), Error, 'unknown folder "y"; an operator grants it with');
  assertThrows(() => folders.get("dta", "read"), Error, 'unknown folder "dta"; did you mean "data"?');
  assertThrows(() => folders.get(undefined, "read"), Error, 'missing field "folder": expected one of data, in, a-b');
  assertThrows(
    () => new GrantedFolders().get(undefined, "read"),
    Error,
    "no folder is granted: an operator grants one with start --allow-files data=FOLDER",
  );
});

Deno.test("what grants nothing is an error that says what would", () => {
  for (
    const [granted, message] of [
      ["", 'invalid --allow-files "": expected FOLDER, NAME=FOLDER or FOLDER:ro'],
      ["x=", 'invalid --allow-files "x=": expected FOLDER'],
      [":ro", 'invalid --allow-files ":ro": expected FOLDER'],
      ["/", 'invalid --allow-files "/": its name cannot be that of a folder for specs; expected NAME=FOLDER'],
    ] as const
  ) assertThrows(() => new GrantedFolders([granted]), Error, message);
  assertThrows(() => new GrantedFolders(["/a/x", "/b/x"]), Error, 'there is a folder "x" already');
});
