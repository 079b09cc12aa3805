package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's client for Node: each suite in {@code src/test/node} is one process. */
@Timeout(400)
class NodeSdkE2E {

  private static final Duration SUITE_TIMEOUT = Duration.ofMinutes(3);

  private static NodeProject project;
  private static SdkInstallation installation;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(NodeProject.isPossible(), "node and npm are needed to try OpenAI's client for Node");
    project = NodeProject.install();
    installation = SdkInstallation.start();
  }

  @AfterAll
  static void stop() {
    if (installation != null) {
      installation.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "catalogue.test.js",
        "chat.test.js",
        "errors.test.js",
        "files.test.js",
        "batches.test.js",
        "responses.test.js",
        "responses-background.test.js"
      })
  void shouldServeTheClientWhenItRuns(String suite) throws IOException {
    // When
    var outcome =
        project.run(
            suite,
            Map.of(
                "MILLRACE_BASE_URL", installation.baseUrl(),
                "MILLRACE_API_KEY", Installation.KEY,
                "MILLRACE_RIVAL_KEY", SdkInstallation.RIVAL_KEY,
                "MILLRACE_PAUPER_KEY", SdkInstallation.PAUPER_KEY),
            SUITE_TIMEOUT);
    // Then
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }
}
