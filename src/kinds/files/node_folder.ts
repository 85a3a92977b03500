import { internalsOf } from "../internals.ts";
import { Folder } from "./folder.ts";

/** Opens the folder of a node that is being prepared. @throws {Failure} If it is not granted. */
export async function folderOf(context: object, name: string | undefined, use: "read" | "write"): Promise<Folder> {
  return await Folder.open(internalsOf(context).grantedFolders.get(name, use));
}
