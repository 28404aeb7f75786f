CREATE TABLE "past_chains" (
	"symbol" text NOT NULL,
	"session_date" date NOT NULL,
	"sha256" text NOT NULL,
	"row_count" integer NOT NULL,
	"bytes" bigint NOT NULL,
	"file" text NOT NULL,
	"fetched_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "past_chains_symbol_session_date_sha256_pk" PRIMARY KEY("symbol","session_date","sha256")
);
