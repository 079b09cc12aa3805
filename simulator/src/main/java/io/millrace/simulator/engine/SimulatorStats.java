package io.millrace.simulator.engine;

import java.util.Map;

/**
 * What was served so far. Every started call ends as exactly one of calls, failed, rateLimited, cut
 * or disconnected.
 *
 * @param calls complete successful answers
 * @param byModel the same and their tokens, per model
 * @param requests distinct request ids counted
 */
public record SimulatorStats(
    long calls,
    Map<String, ModelStats> byModel,
    Outcomes outcomes,
    InFlight inFlight,
    Requests requests) {

  public SimulatorStats {
    byModel = Map.copyOf(byModel);
  }

  /** Complete successful answers of one model. */
  public record ModelStats(long calls, long inputTokens, long outputTokens) {
    public static final ModelStats NONE = new ModelStats(0, 0, 0);
  }

  /**
   * What else came of calls.
   *
   * @param started calls taken in, whatever came of them
   * @param failed answered with an error other than 429
   * @param rateLimited answered with 429, by a limit or by the script
   * @param hung left without an answer; they end as disconnected
   * @param cut connection closed by the script before the end of the answer
   * @param disconnected the client went away first
   */
  public record Outcomes(
      long started, long failed, long rateLimited, long hung, long cut, long disconnected) {}

  public record InFlight(int now, int max) {}

  /**
   * The counts per request id.
   *
   * @param distinct ids counted
   * @param uncounted complete calls whose id was unusable or found no room
   */
  public record Requests(int distinct, long uncounted) {}

  public ModelStats model(String name) {
    return byModel.getOrDefault(name, ModelStats.NONE);
  }

  public long inputTokens() {
    return byModel.values().stream().mapToLong(ModelStats::inputTokens).sum();
  }

  public long outputTokens() {
    return byModel.values().stream().mapToLong(ModelStats::outputTokens).sum();
  }
}
