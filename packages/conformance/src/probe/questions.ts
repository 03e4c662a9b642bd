import type { Question } from "./question.ts";
import { codingQuestions } from "./questions/codings.ts";
import { dateQuestions } from "./questions/dates.ts";
import { headQuestions } from "./questions/head.ts";
import { preconditionQuestions } from "./questions/preconditions.ts";
import { rangeQuestions } from "./questions/ranges.ts";
import { revalidationQuestions } from "./questions/revalidation.ts";
import { robustnessQuestions } from "./questions/robustness.ts";
import { validatorQuestions } from "./questions/validators.ts";

/** Every question that only reads, in the order of asking. */
export const questions: readonly Question[] = [
  ...validatorQuestions,
  ...revalidationQuestions,
  ...dateQuestions,
  ...preconditionQuestions,
  ...rangeQuestions,
  ...headQuestions,
  ...codingQuestions,
  ...robustnessQuestions,
];
