import type { Span } from "@keepalived/conf-parser";

/** Plain data: what JSON and YAML can say. */
export type Data = null | boolean | number | string | readonly Data[] | DataObject;

/** Plain data by name, in order. */
export type DataObject = { readonly [key: string]: Data };

/** Plain data in which every value knows its place. */
export type DataNode =
  & { readonly at: Span }
  & (
    | {
      readonly kind: "scalar";
      readonly value: null | boolean | number | string;
      /** How a number is written: `0123` and `1.0` are words too, where a word is wanted. */
      readonly source?: string;
    }
    | { readonly kind: "list"; readonly items: readonly DataNode[] }
    | { readonly kind: "object"; readonly fields: readonly DataField[] }
  );

/** One field of an object. */
export type DataField = { readonly key: string; readonly at: Span; readonly value: DataNode };

/**
 * Plain data that no text was read for, as nodes. Their places are paths: the "file" is `NAME#/vrrp_instance/0/priority`,
 * a JSON Pointer (RFC 6901) behind the name.
 *
 * @param name what diagnostics call the data
 */
export function placeData(data: Data, name: string): DataNode {
  return place(data, `${name}#`);
}

function place(data: Data, path: string): DataNode {
  const at = atPath(path);
  if (data === null || typeof data !== "object") return { kind: "scalar", at, value: data };
  if (isList(data)) {
    return { kind: "list", at, items: data.map((item, i) => place(item, `${path}/${i}`)) };
  }
  const fields = Object.entries(data).map(([key, value]) => {
    const inner = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return { key, at: atPath(inner), value: place(value, inner) };
  });
  return { kind: "object", at, fields };
}

function atPath(file: string): Span {
  return { file, line: 1, column: 1, length: 1 };
}

/** `Array.isArray` does not narrow readonly arrays. */
export function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data);
}
