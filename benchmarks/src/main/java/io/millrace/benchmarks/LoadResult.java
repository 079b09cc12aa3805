package io.millrace.benchmarks;

/**
 * What a load saw.
 *
 * @param perSecond successful calls per second
 * @param failed calls with another status, or none
 */
record LoadResult(double perSecond, long failed, double p50Ms, double p90Ms, double p99Ms) {}
