package io.millrace.simulator.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.Simulator;
import io.millrace.simulator.script.ErrorRule;
import io.millrace.simulator.script.SimulatorScript;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeClient;
import software.amazon.awssdk.services.bedrockruntime.model.BedrockRuntimeException;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.Message;
import software.amazon.awssdk.services.bedrockruntime.model.StopReason;
import software.amazon.awssdk.services.bedrockruntime.model.SystemContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ThrottlingException;
import software.amazon.awssdk.services.bedrockruntime.model.TokenUsage;
import software.amazon.awssdk.services.bedrockruntime.model.Tool;
import software.amazon.awssdk.services.bedrockruntime.model.ToolConfiguration;
import software.amazon.awssdk.services.bedrockruntime.model.ToolResultContentBlock;

/** AWS's own client takes the simulator for Bedrock, signatures included. */
class BedrockSdkTest {
  private static final String ID = "AKIDEXAMPLE";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  private static final String CLAUDE = "eu.anthropic.claude-x-v1:0";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

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
    await(simulator.close());
    await(vertx.close());
  }

  @Test
  void shouldConverse() {
    try (var client = client(SECRET)) {
      // When
      var response =
          client.converse(
              request ->
                  request
                      .modelId(CLAUDE)
                      .system(SystemContentBlock.fromText("Be brief."))
                      .messages(user("How does a mill work?"))
                      .inferenceConfig(config -> config.maxTokens(3).temperature(0.5f)));
      // Then
      assertThat(response.output().message().content().getFirst().text())
          .isEqualTo("the water turns");
      assertThat(response.stopReason()).isEqualTo(StopReason.MAX_TOKENS);
      assertThat(response.usage().outputTokens()).isEqualTo(3);
      assertThat(response.metrics().latencyMs()).isZero();
    }
  }

  @Test
  void shouldStream() {
    // Given
    var said = new StringBuilder();
    var usage = new ArrayList<TokenUsage>();
    var handler =
        ConverseStreamResponseHandler.builder()
            .subscriber(
                ConverseStreamResponseHandler.Visitor.builder()
                    .onContentBlockDelta(delta -> said.append(delta.delta().text()))
                    .onMetadata(metadata -> usage.add(metadata.usage()))
                    .build())
            .build();
    try (var client = asyncClient()) {
      // When
      client
          .converseStream(r -> r.modelId(CLAUDE).messages(user("How does a mill work?")), handler)
          .orTimeout(20, TimeUnit.SECONDS)
          .join();
      // Then
      assertThat(said.toString()).startsWith("the water turns a wheel");
      assertThat(usage).singleElement().matches(used -> used.outputTokens() == 16);
    }
  }

  @Test
  void shouldUseTools() {
    try (var client = client(SECRET)) {
      // When
      var calling =
          client.converse(
              converse(List.of(user("Weather in Ulm?")))
                  .toolConfig(tools().toolChoice(choice -> choice.any(any -> {})).build())
                  .build());
      var call = calling.output().message().content().getFirst().toolUse();
      var result =
          ContentBlock.fromToolResult(
              r -> r.toolUseId(call.toolUseId()).content(ToolResultContentBlock.fromText("rain")));
      var answered =
          client.converse(
              converse(
                      List.of(
                          user("Weather in Ulm?"),
                          calling.output().message(),
                          Message.builder().role(ConversationRole.USER).content(result).build()))
                  .toolConfig(tools().build())
                  .build());
      // Then
      assertThat(calling.stopReason()).isEqualTo(StopReason.TOOL_USE);
      assertThat(call.name()).isEqualTo("weather");
      assertThat(call.input().asMap()).containsEntry("city", Document.fromString("water"));
      assertThat(answered.stopReason()).isEqualTo(StopReason.END_TURN);
    }
  }

  @Test
  void shouldEmbed() throws IOException {
    try (var client = client(SECRET)) {
      // When
      var titan =
          client.invokeModel(
              r ->
                  r.modelId("amazon.titan-embed-text-v2:0")
                      .body(SdkBytes.fromUtf8String("{\"inputText\":\"a\",\"dimensions\":256}")));
      // Then
      assertThat(MAPPER.readTree(titan.body().asByteArray()).path("embedding")).hasSize(256);
    }
  }

  @Test
  void shouldThrowWhatTheErrorTypeSays() {
    // Given
    simulator.script(simulator.script().withBehaviour(b -> b.withErrors(ErrorRule.always(429))));
    try (var client = client(SECRET)) {
      // When
      var converse = converse(List.of(user("hi"))).build();
      // Then
      assertThatThrownBy(() -> client.converse(converse)).isInstanceOf(ThrottlingException.class);
    }
  }

  @Test
  void shouldNotAcceptASignatureWithAnotherSecret() {
    try (var client = client("another")) {
      // When
      var converse = converse(List.of(user("hi"))).build();
      // Then
      assertThatThrownBy(() -> client.converse(converse))
          .isInstanceOfSatisfying(
              BedrockRuntimeException.class,
              e -> {
                assertThat(e.statusCode()).isEqualTo(403);
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InvalidSignatureException");
              });
    }
  }

  private static ConverseRequest.Builder converse(List<Message> messages) {
    return ConverseRequest.builder().modelId(CLAUDE).messages(messages);
  }

  private static Message user(String text) {
    return Message.builder()
        .role(ConversationRole.USER)
        .content(ContentBlock.fromText(text))
        .build();
  }

  private static ToolConfiguration.Builder tools() {
    Document schema =
        Document.mapBuilder()
            .putString("type", "object")
            .putMap(
                "properties", map -> map.putMap("city", city -> city.putString("type", "string")))
            .build();
    return ToolConfiguration.builder()
        .tools(Tool.fromToolSpec(spec -> spec.name("weather").inputSchema(in -> in.json(schema))));
  }

  private BedrockRuntimeClient client(String secret) {
    return BedrockRuntimeClient.builder()
        .endpointOverride(URI.create(simulator.rootUrl()))
        .region(Region.EU_WEST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ID, secret)))
        .overrideConfiguration(c -> c.retryStrategy(RetryMode.STANDARD))
        .build();
  }

  private BedrockRuntimeAsyncClient asyncClient() {
    return BedrockRuntimeAsyncClient.builder()
        .endpointOverride(URI.create(simulator.rootUrl()))
        .region(Region.EU_WEST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ID, SECRET)))
        .build();
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
