import type { Body, Statement } from "../bind.ts";
import type { Argument } from "../schema/keyword.ts";
import { microsecondsOf, type Value } from "../value.ts";
import { commandData } from "./command_line.ts";
import { type Data, type DataObject, isList } from "./data.ts";
import { LINES_FIELD, nameFieldOf, ORDER_FIELD, takesList } from "./fields.ts";
import { quoteWord } from "./quote.ts";

/** The plain data of a whole file: an object by keyword. */
export function dataOf(root: Body): DataObject {
  return Object.fromEntries(fieldsOf(root));
}

type Fields = [name: string, data: Data][];

function fieldsOf(body: Body): Fields {
  const fields: Fields = [];
  const lines = linesOf(body);
  if (lines.length > 0) fields.push([LINES_FIELD, lines]);
  for (const [name, statements] of body.statements) {
    const [first, ...others] = statements;
    if (first === undefined) continue;
    fields.push([
      name,
      others.length === 0 ? dataOfStatement(first) : statements.map(dataOfRepeated),
    ]);
  }
  return fields;
}

/** Where one statement can be a list, several are a list of lists. */
function dataOfRepeated(statement: Statement): Data {
  const data = dataOfStatement(statement);
  return takesList(statement.keyword) && !isList(data) ? [data] : data;
}

function dataOfStatement(statement: Statement): Data {
  const { keyword, body } = statement;
  const given = dataOfArguments(statement);
  if (keyword.block === undefined) return given;
  const name = nameFieldOf(keyword);
  if (keyword.block.kind === "lines" && name === undefined) return linesOf(body);
  const order = orderOf(body);
  const head: Fields = name === undefined || given === true ? [] : [[name, given]];
  const tail: Fields = order === undefined ? [] : [[ORDER_FIELD, order]];
  return Object.fromEntries([...head, ...fieldsOf(body), ...tail]);
}

/** The keywords one by one if those of a kind do not stand together: order may have a meaning, as that of checkers has. */
function orderOf({ order, statements }: Body): readonly string[] | undefined {
  const runs = order.filter(({ name }, i) => name !== order[i - 1]?.name).length;
  return runs === statements.size ? undefined : order.map(({ name }) => name);
}

function linesOf(body: Body): readonly string[] {
  return body.lines.map(({ words }) => words.map(({ text }) => quoteWord(text)).join(" "));
}

/** Nothing but the keyword: true; one argument: its value; several: a list. */
function dataOfArguments(statement: Statement): Data {
  const { keyword, values } = statement;
  const list: Data[] = [];
  for (const [i, argument] of keyword.arguments.entries()) {
    const value = values[i];
    if (value === undefined) continue;
    const takesRest = argument.kind === "rest";
    list.push(takesRest ? restOf(statement, list.length + 1) : dataOfValue(argument, value));
  }
  const [first, ...others] = list;
  return first === undefined ? true : others.length === 0 ? first : list;
}

function dataOfValue(argument: Argument, value: Exclude<Value, undefined>): Data {
  if (typeof value === "object") return commandData(value);
  return argument.kind === "seconds" && typeof value === "number"
    ? value / microsecondsOf(argument)
    : value;
}

/** The words from one on as text, or as the number that they are. Single quotes and escapes stay as they are written. */
function restOf({ words, text }: Statement, from: number): Data {
  const rest = words.slice(from);
  const raw = text.slice(rest[0]?.offset, rest.at(-1)?.end);
  const line = /['\\]/.test(raw) ? raw : rest.map((word) => quoteWord(word.text)).join(" ");
  return /^(?:0|-?[1-9][0-9]{0,14})$/.test(line) ? Number(line) : line;
}
