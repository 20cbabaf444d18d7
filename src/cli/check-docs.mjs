/**
 * Checks that what the documentation names is there: relative links and paths of README.md and docs/, and the pages of
 * docs/ that the code cites. Plain JavaScript on built-ins, because any Node may run it.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

const LINK = /\]\((?![a-z]+:|#)([^)#\s]+)(?:#[^)\s]*)?\)/g;
const PATH = /(?<![\w./-])(?:src|test|migrations|docs)\/[\w./-]*\w/g;
const CITED_PAGE = /(?<![\w./-])docs\/[\w/-]+\.md/g;

/** Every file below a folder of the project whose name ends so. */
function filesBelow(folder, endings) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(root, folder, String(name)))
    .filter((file) => endings.some((ending) => file.endsWith(ending)) && statSync(file).isFile());
}

const found = (text, pattern) => [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole);

/** What a page names that is not there: links from where the page lies, paths from the root. */
function missingFrom(page) {
  const text = readFileSync(page, "utf8");
  const links = found(text, LINK).map((link) => [link, join(dirname(page), link)]);
  const paths = found(text, PATH).map((path) => [path, join(root, path)]);
  return [...links, ...paths].filter(([, target]) => !existsSync(target)).map(([name]) => name);
}

function missingPages(file) {
  return found(readFileSync(file, "utf8"), CITED_PAGE).filter((page) => !existsSync(join(root, page)));
}

const pages = [join(root, "README.md"), ...filesBelow("docs", [".md"])];
const code = ["src", "test", "migrations"].flatMap((folder) => filesBelow(folder, [".ts", ".mjs", ".sql"]));
const missing = [
  ...pages.flatMap((page) => missingFrom(page).map((name) => [page, name])),
  ...code.flatMap((file) => missingPages(file).map((name) => [file, name])),
];
for (const [file, name] of missing)
  console.error(`${relative(root, file)} names ${name}, which is not there`);
process.exit(missing.length === 0 ? 0 : 1);
