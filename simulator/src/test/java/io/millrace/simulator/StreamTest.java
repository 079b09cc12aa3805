package io.millrace.simulator;

import static io.millrace.simulator.RunningSimulator.MODEL;
import static io.millrace.simulator.RunningSimulator.chat;
import static io.millrace.simulator.RunningSimulator.frames;
import static io.millrace.simulator.RunningSimulator.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.simulator.script.SimulatorScript;
import io.millrace.simulator.script.StreamPace;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamTest {
  private static final String STREAM = ",\"stream\":true";
  private static final String WITH_USAGE =
      ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";

  private RunningSimulator running;

  @BeforeEach
  void start() {
    running =
        new RunningSimulator(SimulatorScript.defaults().withBehaviour(b -> b.withOutputTokens(3)));
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private static List<JsonNode> chunks(List<String> frames) {
    return frames.stream()
        .filter(frame -> !frame.equals("[DONE]"))
        .map(frame -> json(frame))
        .toList();
  }

  @Test
  void shouldSendRoleContentFinishAndDoneWhenStreamed() {
    // When
    var response = running.postChat(chat("Hi", STREAM));
    // Then
    assertThat(response.headers().firstValue("content-type"))
        .contains("text/event-stream; charset=utf-8");
    assertThat(response.body()).endsWith("\n\ndata: [DONE]\n\n");
    List<String> frames = frames(response.body());
    assertThat(frames).hasSize(6).last().isEqualTo("[DONE]");
    List<JsonNode> chunks = chunks(frames);
    assertThat(chunks).allMatch(chunk -> !chunk.has("usage") && !chunk.has("error"));
    assertThat(chunks).allMatch(chunk -> chunk.path("id").equals(chunks.get(0).path("id")));
    assertThat(chunks).allMatch(chunk -> chunk.path("model").asText().equals(MODEL));
    assertThat(chunks)
        .allMatch(chunk -> chunk.path("object").asText().equals("chat.completion.chunk"));
    assertThat(chunks.stream().map(chunk -> chunk.path("choices").path(0)).toList())
        .containsExactly(
            json(
                """
                {"index":0,"delta":{"role":"assistant","content":"","refusal":null},
                 "logprobs":null,"finish_reason":null}
                """),
            content("the"),
            content(" water"),
            content(" turns"),
            json("{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}"));
  }

  private static JsonNode content(String words) {
    return json(
        "{\"index\":0,\"delta\":{\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":null}"
            .formatted(words));
  }

  @Test
  void shouldSendUsageChunkWhenAskedFor() {
    // When
    List<JsonNode> chunks = chunks(frames(running.postChat(chat("Hi", WITH_USAGE)).body()));
    // Then
    assertThat(chunks).hasSize(6);
    assertThat(chunks.subList(0, 5)).allMatch(chunk -> chunk.path("usage").isNull());
    JsonNode last = chunks.get(5);
    assertThat(last.path("choices").isArray()).isTrue();
    assertThat(last.path("choices")).isEmpty();
    assertThat(last.path("usage").path("completion_tokens").asInt()).isEqualTo(3);
    assertThat(last.path("usage").path("completion_tokens_details").isObject()).isTrue();
  }

  @Test
  void shouldPutSeveralWordsInChunkWhenScripted() {
    // Given
    running
        .simulator()
        .script(
            SimulatorScript.defaults()
                .withBehaviour(b -> b.withOutputTokens(5).withPace(new StreamPace(0, 0, 2))));
    // When
    List<JsonNode> chunks = chunks(frames(running.postChat(chat("Hi", STREAM)).body()));
    // Then
    assertThat(
            chunks.stream()
                .map(chunk -> chunk.path("choices").path(0).path("delta").path("content").asText())
                .toList())
        .containsExactly("", "the water", " turns a", " wheel", "");
  }

  @Test
  void shouldSendFramesOfEveryChoiceWhenSeveralAreAsked() {
    // When
    List<JsonNode> chunks =
        chunks(frames(running.postChat(chat("Hi", STREAM + ",\"n\":2")).body()));
    // Then
    var byIndex =
        chunks.stream()
            .map(chunk -> chunk.path("choices").path(0))
            .collect(Collectors.groupingBy(choice -> choice.path("index").asInt()));
    assertThat(byIndex).containsOnlyKeys(0, 1);
    assertThat(byIndex.values()).allMatch(choices -> choices.size() == 5);
  }

  @Test
  void shouldSayTheSameWhenStreamedAndNot() {
    // Given
    running.simulator().script(SimulatorScript.defaults().withBehaviour(b -> b.withEcho(true)));
    String prompt = "one \\\"two\\\"  three\\n ";
    // When
    String streamed =
        chunks(frames(running.postChat(chat(prompt, STREAM)).body())).stream()
            .map(chunk -> chunk.path("choices").path(0).path("delta").path("content").asText())
            .collect(Collectors.joining());
    // Then
    assertThat(streamed).isEqualTo("one \"two\"  three\n ");
  }

  @Test
  void shouldKeepPaceWhenScripted() {
    // Given
    running
        .simulator()
        .script(
            SimulatorScript.defaults()
                .withBehaviour(b -> b.withOutputTokens(4).withPace(new StreamPace(40, 20, 1))));
    long before = System.nanoTime();
    // When
    var response = running.postChat(chat("Hi", STREAM));
    // Then
    assertThat(frames(response.body())).hasSize(7);
    assertThat(System.nanoTime() - before).isGreaterThan(99_000_000);
  }

  @Test
  void shouldStreamLongAnswerWhenItExceedsTheWriteQueue() {
    // Given
    running
        .simulator()
        .script(SimulatorScript.defaults().withBehaviour(b -> b.withOutputTokens(20_000)));
    // When
    var response = running.postChat(chat("Hi", STREAM));
    // Then
    assertThat(frames(response.body())).hasSize(20_003);
    assertThat(running.simulator().stats().model(MODEL).outputTokens()).isEqualTo(20_000);
  }
}
