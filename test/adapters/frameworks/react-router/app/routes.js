import { index, route } from "@react-router/dev/routes";

export default [
  index("./routes/page.tsx"),
  route("note", "./routes/note.ts"),
  route("private", "./routes/private.ts"),
];
