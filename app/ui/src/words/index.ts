export { en } from "./en";
export type { Words } from "./en";
