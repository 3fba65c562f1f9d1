/** When each periodic job of the service last ran, on whichever process. */

/** The statements, in their order. */
export const JOB_RUNS = [
  `create table job_runs (
    name text primary key,
    ran_at timestamptz not null,
    ms int not null,
    failed boolean not null
  )`,
];
