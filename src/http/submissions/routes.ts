import { submitPostOperation } from "./submit-post.ts";

export const submissionRoutes = [submitPostOperation];
