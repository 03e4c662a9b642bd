export { GET } from "../../seen.ts";
