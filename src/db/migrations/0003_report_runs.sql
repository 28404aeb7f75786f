CREATE TABLE "report_runs" (
	"kind" text NOT NULL,
	"session_date" date NOT NULL,
	"due_at" timestamp with time zone,
	"view" text NOT NULL,
	CONSTRAINT "report_runs_kind_session_date_pk" PRIMARY KEY("kind","session_date")
);
