package io.millrace.simulator.script;

import static io.millrace.simulator.script.ScriptException.require;

/**
 * What the simulated provider allows; 0 means no limit. A bucket holds one minute's permits and is
 * full at the start.
 */
public record RateLimit(int requestsPerMinute, long tokensPerMinute, int concurrencyMax) {
  public static final RateLimit NONE = new RateLimit(0, 0, 0);

  public RateLimit {
    require(requestsPerMinute >= 0, "requestsPerMinute", "must be at least 0", requestsPerMinute);
    require(tokensPerMinute >= 0, "tokensPerMinute", "must be at least 0", tokensPerMinute);
    require(concurrencyMax >= 0, "concurrencyMax", "must be at least 0", concurrencyMax);
  }
}
