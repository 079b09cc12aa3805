package io.millrace.e2e;

import java.io.IOException;

/** What OpenAI's own clients are run against: a model for every mood, three accounts. */
final class SdkInstallation implements AutoCloseable {

  static final String RIVAL_KEY = "e2e-key-of-the-second-account-9876543210";
  static final String PAUPER_KEY = "e2e-key-of-the-third-account-5555555555";

  static final int BODY_BYTES_MAX = 1_048_576;

  private static final String SCRIPT =
      """
      {
        "outputTokens": 12,
        "models": {
          "steady": {},
          "handy": {"toolCalls": 1},
          "slow": {"latency": {"kind": "fixed", "ms": 60000}},
          "paced": {"stream": {"interChunkMs": 20, "firstTokenMs": 20}},
          "leisurely": {"outputTokens": 100, "stream": {"interChunkMs": 50, "firstTokenMs": 50}},
          "torn": {"cut": {"probability": 1, "afterChunks": 3}},
          "broken": {"errors": [{"status": 500}]},
          "picky": {"errors": [{"status": 400, "code": "invalid_value", "message": "not like this"}]}
        }
      }
      """;

  private final Installation installation;
  private final RecordingProvider mirror;

  private SdkInstallation(Installation installation, RecordingProvider mirror) {
    this.installation = installation;
    this.mirror = mirror;
  }

  static SdkInstallation start() throws IOException {
    var mirror = RecordingProvider.start();
    try {
      return new SdkInstallation(
          Installation.start(SCRIPT, simulator -> config(simulator, mirror.url())), mirror);
    } catch (IOException | RuntimeException e) {
      mirror.close();
      throw e;
    }
  }

  private static String config(String simulator, String mirror) {
    return """
      http: {bodyMaxBytes: %7$d}
      providers:
        - {name: sim, kind: simulator, baseUrl: "%1$s", limits: {concurrencyMax: 64}}
        - {name: plain, kind: openai-compatible, baseUrl: "%1$s", apiKey: none}
        - {name: claude, kind: anthropic, baseUrl: "%2$s", apiKey: none}
        - {name: mirror, kind: openai, baseUrl: "%3$s", apiKey: none}
      routes:
        - {model: steady, targets: [{provider: sim, model: steady}]}
        - {model: "org/embed:1", targets: [{provider: sim, model: steady}]}
        - {model: handy, targets: [{provider: sim, model: handy}]}
        - {model: slow, targets: [{provider: sim, model: slow}]}
        - {model: paced, targets: [{provider: sim, model: paced}]}
        - {model: leisurely, targets: [{provider: sim, model: leisurely}]}
        - {model: torn, targets: [{provider: sim, model: torn}], retry: {attemptsMax: 1}}
        - {model: broken, targets: [{provider: sim, model: broken}], retry: {attemptsMax: 1}}
        - {model: picky, targets: [{provider: sim, model: picky}]}
        - {model: plain, targets: [{provider: plain, model: paced}]}
        - {model: talker, targets: [{provider: claude, model: paced}]}
        - {model: mirror, targets: [{provider: mirror, model: mirror}]}
        - {model: omni-moderation-latest, targets: [{provider: mirror, model: omni-moderation-latest}]}
      accounts:
        - id: acme
          keys: [{name: ci, secret: "%4$s"}]
        - id: rival
          keys: [{name: ci, secret: "%5$s"}]
        - id: pauper
          keys: [{name: ci, secret: "%6$s"}]
          budgets: [{name: monthly, period: month, limitUsd: "0.000001", hard: true}]
      prices:
        - {provider: sim, model: steady, inputUsdPerMTok: "0.1", outputUsdPerMTok: "0.5"}
      """
        .formatted(
            simulator,
            simulator.substring(0, simulator.length() - "/v1".length()),
            mirror,
            Installation.KEY,
            RIVAL_KEY,
            PAUPER_KEY,
            BODY_BYTES_MAX);
  }

  /** What {@code base_url} of a client is to be. */
  String baseUrl() {
    return installation.millrace().http().resolve("/v1").toString();
  }

  Client client(String key) {
    return installation.client(key);
  }

  RecordingProvider mirror() {
    return mirror;
  }

  @Override
  public void close() {
    installation.close();
    mirror.close();
  }
}
