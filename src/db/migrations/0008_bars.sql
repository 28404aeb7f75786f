CREATE TABLE "bar_refills" (
	"run_id" text PRIMARY KEY NOT NULL,
	"done_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bars" (
	"symbol" text NOT NULL,
	"source" text NOT NULL,
	"open_at" timestamp with time zone NOT NULL,
	"revision" integer NOT NULL,
	"open" double precision NOT NULL,
	"high" double precision NOT NULL,
	"low" double precision NOT NULL,
	"close" double precision NOT NULL,
	"volume" double precision,
	"vwap" double precision,
	"trades" integer,
	"complete" boolean NOT NULL,
	"known_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "bars_symbol_source_open_at_revision_pk" PRIMARY KEY("symbol","source","open_at","revision")
);
--> statement-breakpoint
CREATE INDEX "bars_open_at" ON "bars" USING brin ("open_at");--> statement-breakpoint
CREATE INDEX "bars_run" ON "bars" USING btree ("run_id","open_at");