import { parse as read, YAMLParseError } from "yaml";

/**
 * The value of a YAML document (1.2, core schema).
 *
 * @throws {SyntaxError} if the text is no YAML, or has several documents
 */
export function parse(content: string): unknown {
  try {
    return read(content);
  } catch (error) {
    if (error instanceof YAMLParseError) throw new SyntaxError(error.message, { cause: error });
    throw error;
  }
}
