/** What `weft init` makes: the files of a project, by a template and by how Weft was started. */
export { canStartPrograms, commandOf, currentLaunch, type Launch, launchOf, type Origin, type Task } from "./launch.ts";
export { installOf, projectFiles, projectName, type ProjectOptions } from "./project_files.ts";
export { type SchemaFile, SCHEMAS, schemaText } from "./schema_files.ts";
export type { Template } from "./template.ts";
export { findTemplate, TEMPLATES } from "./templates.ts";
export { contentsOf, exists, writeProject, type WrittenProject } from "./write_project.ts";
