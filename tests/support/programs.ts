/** Servers and browsers that tests need, and that Debian packages. */
const PROGRAMS = {
  chromium: { package: "chromium", folders: ["/usr/bin"] },
  "nats-server": { package: "nats-server", folders: ["/usr/bin", "/usr/sbin"] },
  // Debian keeps the server's programs out of the path
  postgres: { package: "postgresql", folders: postgresFolders() },
};

/** A program that a test needs. */
export interface NeededProgram {
  /** Where it is; empty if it is not installed. */
  path: string;
  /** Whether a test that needs it cannot run: an option of `Deno.test`. In CI, such a test runs and fails instead. */
  ignore: boolean;
}

/** Returns a program that the tests of a file need. Says in one line how to get it, if it is not installed. */
export function neededProgram(name: keyof typeof PROGRAMS): NeededProgram {
  const { package: debianPackage, folders } = PROGRAMS[name];
  const path = folders.map((folder) => `${folder}/${name}`).find(isFile) ?? "";
  const missing = path === "";
  if (missing) console.warn(`tests are left out that need ${name}: apt-get install ${debianPackage}`);
  return { path, ignore: missing && Deno.env.get("CI") === undefined };
}

function postgresFolders(): string[] {
  const root = "/usr/lib/postgresql";
  if (!exists(root)) return [];
  const versions = Array.from(Deno.readDirSync(root), ({ name }) => name).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => `${root}/${version}/bin`);
}

function isFile(path: string): boolean {
  return exists(path) && Deno.statSync(path).isFile;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
