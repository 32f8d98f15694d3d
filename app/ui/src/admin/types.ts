/** The values of the HTTP API that the administration alone uses. */

import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type CorpusHealth = Schemas["CorpusHealth"];
export type Finding = Schemas["Finding"];
export type FindingKind = Finding["kind"];
export type FindingPlace = Schemas["FindingPlace"];
export type Readiness = Schemas["Readiness"];
export type Gaps = Schemas["Gaps"];
export type GapGroup = Schemas["GapGroup"];
export type ExperimentList = Schemas["ExperimentList"];
export type ExperimentRow = Schemas["ExperimentRow"];
export type ExperimentFound = Schemas["ExperimentFound"];
export type ArmFound = Schemas["ArmFound"];
export type ArmStop = Schemas["ArmStop"];
export type Metric = ExperimentRow["metric"];
export type MetricOfArm = Schemas["MetricOfArm"];
export type JobList = Schemas["JobList"];

export type Quality = Schemas["Quality"];
export type QualityDay = Schemas["QualityDay"];
export type AnswerReview = Schemas["AnswerReview"];
export type CaseReview = Schemas["CaseReview"];
export type PairReview = Schemas["PairReview"];
export type ExampleReview = Schemas["ExampleReview"];
/** A review of what was posted to the queue. */
export type ItemReview = CaseReview | PairReview | ExampleReview;
export type Review = AnswerReview | ItemReview;
export type ReviewLabel = Schemas["ReviewLabel"];
export type ReviewPage = Schemas["ReviewList"];
export type ReviewSource = Review["source"];
export type ReviewVerdict = ReviewLabel["verdict"];
export type ReviewState = "open" | "done";
export type GoldCase = Schemas["GoldCase"];
export type VerdictRequest = Schemas["VerdictRequest"];
export type Preference = Schemas["PairDecision"]["preferred"];
export type Decision = VerdictRequest | Schemas["PreferenceRequest"];
export type CaseMade = Schemas["CaseMade"];
