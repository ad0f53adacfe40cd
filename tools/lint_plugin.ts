/**
 * Our habits as lint rules, for `deno lint`.
 *
 * - `named-exports`: a module exports by name.
 * - `documented-exports`: every exported declaration says what it is.
 * - `reasoned-catch`: an empty catch says why nothing is to be done.
 */

const plugin: Deno.lint.Plugin = {
  name: "keepalived",
  rules: {
    "named-exports": {
      create: (context) => ({
        ExportDefaultDeclaration(node) {
          // Deno's plugin interface wants a default export of this very file.
          if (context.filename.endsWith("/lint_plugin.ts")) return;
          context.report({ node, message: "Export by name, not by default" });
        },
      }),
    },
    "documented-exports": {
      create: (context) => ({
        ExportNamedDeclaration(node) {
          if (node.declaration === null || context.filename.endsWith("_test.ts")) return;
          const kind = node.declaration.type;
          if (kind !== "FunctionDeclaration" && kind !== "ClassDeclaration") return;
          const comments = context.sourceCode.getCommentsBefore(node);
          if (comments.some((comment) => comment.value.startsWith("*"))) return;
          context.report({ node, message: "Say what this is in a /** doc comment */" });
        },
      }),
    },
    "reasoned-catch": {
      create: (context) => ({
        CatchClause(node) {
          if (node.body.body.length > 0) return;
          if (context.sourceCode.getCommentsInside(node.body).length > 0) return;
          context.report({ node, message: "An empty catch needs a comment that says why" });
        },
      }),
    },
  },
};

export default plugin;
