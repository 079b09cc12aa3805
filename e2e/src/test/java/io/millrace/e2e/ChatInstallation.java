package io.millrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What the chat tests run against: one provider with a model for every mood, three accounts. */
final class ChatInstallation {

  static final String RIVAL_KEY = "e2e-key-of-the-second-account-9876543210";
  static final String PAUPER_KEY = "e2e-key-of-the-third-account-5555555555";
  static final String CALLBACK_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  static final int BODY_BYTES_MAX = 65_536;
  static final Spend PRICE = Spend.price("0.123457", "0.654321");

  private static final AtomicInteger PROMPTS = new AtomicInteger();

  private static final String SCRIPT =
      """
      {
        "outputTokens": 12,
        "models": {
          "steady": {},
          "slow": {"latency": {"kind": "fixed", "ms": 60000}},
          "paced": {"stream": {"interChunkMs": 30, "firstTokenMs": 30}},
          "flaky": {"errors": [{"status": 500, "firstCalls": 2}]},
          "limited": {"errors": [{"status": 429, "firstCalls": 1, "headers": {"retry-after": "1"}}]},
          "broken": {"errors": [{"status": 500}]},
          "picky": {"errors": [{"status": 400, "code": "invalid_value", "message": "not like this"}]}
        }
      }
      """;

  private ChatInstallation() {}

  static Installation start() throws IOException {
    return Installation.start(SCRIPT, ChatInstallation::config);
  }

  private static String config(String simulator) {
    return """
      http: {bodyMaxBytes: %d}
      callbacks: {allowPrivateNetworks: true}
      providers:
        - {name: sim, kind: simulator, baseUrl: "%s", limits: {concurrencyMax: 64}}
      routes:
        - {model: steady, targets: [{provider: sim, model: steady}]}
        - {model: slow, targets: [{provider: sim, model: slow}]}
        - {model: paced, targets: [{provider: sim, model: paced}]}
        - {model: flaky, targets: [{provider: sim, model: flaky}], retry: {delayInitial: PT0.05S}}
        - {model: limited, targets: [{provider: sim, model: limited}], retry: {attemptsMax: 1}}
        - {model: broken, targets: [{provider: sim, model: broken}], retry: {attemptsMax: 2, delayInitial: PT0.05S}}
        - {model: picky, targets: [{provider: sim, model: picky}]}
      accounts:
        - id: acme
          keys: [{name: ci, secret: "%s"}]
          callbackSecret: "%s"
        - id: rival
          keys: [{name: ci, secret: "%s"}]
        - id: pauper
          keys: [{name: ci, secret: "%s"}]
          budgets: [{name: monthly, period: month, limitUsd: "0.000001", hard: true}]
      prices:
        - {provider: sim, model: steady, inputUsdPerMTok: "%s", outputUsdPerMTok: "%s"}
        - {provider: sim, model: flaky, inputUsdPerMTok: "%s", outputUsdPerMTok: "%s"}
      """
        .formatted(
            BODY_BYTES_MAX,
            simulator,
            Installation.KEY,
            CALLBACK_SECRET,
            RIVAL_KEY,
            PAUPER_KEY,
            PRICE.inputUsdPerMTok(),
            PRICE.outputUsdPerMTok(),
            PRICE.inputUsdPerMTok(),
            PRICE.outputUsdPerMTok());
  }

  /** A prompt that no other test sends: the simulator's faults count by body. */
  static String prompt() {
    return "How many geese are " + PROMPTS.incrementAndGet() + " geese?";
  }

  static ConditionFactory eventually() {
    return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
  }

  /** The request when it is finished. */
  static JsonNode finished(Client client, String location) {
    return eventually()
        .until(
            () -> client.get(location, "Prefer", "wait=10").json(),
            request -> isTerminal(request.path("status").asText()));
  }

  static boolean isTerminal(String status) {
    return switch (status) {
      case "completed", "incomplete", "failed", "cancelled", "expired" -> true;
      default -> false;
    };
  }
}
