package io.millrace.workers.bedrock;

import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static io.millrace.workers.Attempts.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.MediaConfig;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.SimulatorScript;
import io.millrace.workers.CallReport;
import io.millrace.workers.CallSink;
import io.millrace.workers.Credential;
import io.millrace.workers.Outcome;
import io.millrace.workers.http.AddressResolver;
import io.millrace.workers.http.AttemptRunner;
import io.millrace.workers.http.EventLoops;
import io.millrace.workers.http.MediaFetcher;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Signatures over what is really sent, judged by the simulator's own arithmetic. */
class SignedCallsTest {

  private static final String ID = "AKIDEXAMPLE";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  private final Vertx vertx = Vertx.vertx();
  private final Simulator simulator =
      await(
          Simulator.start(
              vertx,
              "127.0.0.1",
              0,
              1,
              SimulatorScript.defaults().withRequiredKey(ID + ":" + SECRET)));

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "amazon.nova-lite-v1:0",
        "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a b~c"
      })
  void shouldBeAcceptedWhenSigned(String model) {
    // Given
    var attempt = anAttempt().setModel(model);
    // When
    var whole = run(attempt.build(), SECRET);
    var streamed = run(attempt.setStream(true).build(), SECRET);
    // Then
    assertThat(whole.verdict()).isEqualTo(Verdict.COMPLETED);
    assertThat(streamed.verdict()).isEqualTo(Verdict.COMPLETED);
  }

  @Test
  void shouldEmbedEachTextWhenTitanTakesOneAtATime() {
    // Given
    var attempt =
        anAttempt()
            .setModel("amazon.titan-embed-text-v2:0")
            .setEndpoint("/v1/embeddings")
            .setBody(utf8("{\"input\":[\"a\",\"b\",\"c\"],\"dimensions\":256}"));
    // When
    var outcome = run(attempt.build(), SECRET);
    // Then
    var data = Answers.json(text(((Outcome.Answer) outcome).body())).path("data");
    assertThat(data).hasSize(3);
    assertThat(data.get(2).path("index").asInt()).isEqualTo(2);
    assertThat(data.get(2).path("embedding")).hasSize(256);
    assertThat(simulator.stats().outcomes().started()).isEqualTo(3);
  }

  @Test
  void shouldBeRefusedWhenTheSecretIsAnother() {
    // When
    var outcome = run(anAttempt().setModel("amazon.nova-lite-v1:0").build(), "another");
    // Then
    assertThat(outcome.verdict()).isEqualTo(Verdict.UNAUTHORISED);
  }

  private Outcome run(AttemptRequested attempt, String secret) {
    var url = URI.create(simulator.rootUrl());
    var identity = AwsSessionCredentials.create(ID, secret, "session");
    Credential credential = new Credential.Fixed(new AwsSigner(url, "eu-west-1", identity));
    var adapter = new BedrockAdapter(url, List.of(credential), UnsupportedParameters.DROP);
    var config = ProviderConfig.of("aws", "bedrock", simulator.rootUrl());
    var media = new MediaFetcher(vertx, MediaConfig.defaults(), AddressResolver.system());
    var end = new CompletableFuture<Outcome>();
    try (media;
        var runner =
            new AttemptRunner(
                vertx, EventLoops.of(vertx), config, adapter, media, Clock.systemUTC())) {
      runner.run(attempt, new End(end));
      return end.orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  private record End(CompletableFuture<Outcome> outcome) implements CallSink {
    @Override
    public void onDropped(List<String> parameters) {}

    @Override
    public CompletionStage<?> onDelta(int sequence, byte[] chunk, Instant at) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onReplied(CallReport report) {
      outcome.complete(report.outcome());
    }
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
