package io.millrace.benchmarks;

/** One question about speed, and how it is answered. */
interface Benchmark {

  String name();

  /** What it measures, in one line. */
  String about();

  Report run(Options options) throws Exception;
}
