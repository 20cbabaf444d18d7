import { is, SQL } from "drizzle-orm";
import {
  getTableConfig,
  SQLiteAsyncDialect,
  type SQLiteColumn,
  type SQLiteTable,
  SQLiteTable as SQLiteTableClass,
} from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../src/db/schema.ts";
import { rows } from "../support/fixtures.ts";

const dialect = new SQLiteAsyncDialect();

const tables: SQLiteTable[] = Object.values(schema).filter((value) => is(value, SQLiteTableClass));

/** White space, quotes, brackets, table names and letter case say nothing. */
const normalise = (text: string | null | undefined) =>
  text
    ?.toLowerCase()
    .replace(/"[a-z_]+"\./g, "")
    .replace(/[\s"`()]+/g, " ")
    .trim() ?? null;

function columnOf(column: SQLiteColumn) {
  const { default: given } = column;
  return {
    name: column.name,
    type: column.getSQLType().toUpperCase(),
    notNull: column.notNull,
    default: given === undefined ? null : typeof given === "string" ? `'${given}'` : String(given),
  };
}

describe.each(tables.map((table) => ({ name: getTableConfig(table).name, table })))(
  "the table $name",
  ({ name, table }) => {
    const config = getTableConfig(table);

    it("has the same columns in migrations and in drizzle", async () => {
      const stored = await rows<{
        name: string;
        type: string;
        notnull: number;
        dflt_value: string | null;
        pk: number;
      }>(`select * from pragma_table_info('${name}')`);
      const actual = stored.map((column) => ({
        name: column.name,
        type: column.type,
        notNull: column.notnull === 1 || column.pk > 0,
        default: column.dflt_value,
      }));
      const expected = config.columns.map(columnOf);
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
      expect(actual.toSorted(byName)).toEqual(expected.toSorted(byName));
      const composite = config.primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
      const single = config.columns.filter((column) => column.primary).map((column) => column.name);
      const primary = stored.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
      expect(primary.map((column) => column.name)).toEqual([...composite, ...single]);
    });

    it("has the same indexes", async () => {
      const stored = await rows<{ name: string; sql: string }>(
        "select name, sql from sqlite_schema where type = 'index' and tbl_name = ? and sql is not null",
        name,
      );
      const actual = stored.map((index) => normalise(index.sql)).sort();
      const expected = config.indexes
        .map(({ config: { name: indexName, unique, columns, where } }) => {
          const keys = columns.map((column) =>
            is(column, SQL) ? dialect.sqlToQuery(column).sql : column.name,
          );
          const condition = where === undefined ? "" : ` where ${dialect.sqlToQuery(where).sql}`;
          return normalise(
            `create ${unique ? "unique " : ""}index ${indexName} on ${name} (${keys.join(", ")})${condition}`,
          );
        })
        .sort();
      expect(actual).toEqual(expected);
    });

    it("has the same foreign keys, and is STRICT without a rowid", async () => {
      const stored = await rows<{ table: string; from: string; to: string }>(
        `select * from pragma_foreign_key_list('${name}')`,
      );
      const actual = stored.map((key) => `${key.from} -> ${key.table}.${key.to}`).sort();
      const expected = config.foreignKeys
        .map((key) => key.reference())
        .map(({ columns, foreignTable, foreignColumns }) => {
          return `${columns[0]?.name} -> ${getTableConfig(foreignTable).name}.${foreignColumns[0]?.name}`;
        })
        .sort();
      expect(actual).toEqual(expected);
      const [list] = await rows(`select strict, wr from pragma_table_list('${name}')`);
      expect(list).toEqual({ strict: 1, wr: 1 });
    });
  },
);

it("drizzle knows every table of the database", async () => {
  const stored = await rows<{ name: string }>(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like '%d1_%' and name not like '_cf_%'",
  );
  const known = tables.map((table) => getTableConfig(table).name);
  expect(stored.map(({ name }) => name).sort()).toEqual(known.sort());
});
