package io.millrace.ingress;

import static io.millrace.ingress.Records.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.StreamDelta;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseEventsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ID = "req_0123456789abcdef0123456789abcdef";

  /** Any instance, from any place on, whatever is read twice: the same numbered list. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldTellTheSameListWhereverAReaderGoesOn(long seed) {
    // Given
    var random = new Random(seed);
    int deltas = random.nextInt(40);
    var whole = told(-1, deltas, 0);
    assertThat(numbers(whole)).containsExactlyElementsOf(upTo(deltas + 2));
    for (int after = -1; after <= deltas + 3; after++) {
      // When
      int readFromLog = random.nextInt(deltas + 1);
      var resumed = told(after, deltas, readFromLog);
      // Then
      assertThat(resumed).isEqualTo(whole.subList(Math.min(after + 1, whole.size()), whole.size()));
    }
  }

  /**
   * What a reader is told when so many deltas are on the log and the others come live, some of both
   * twice.
   */
  private static List<JsonNode> told(int after, int deltas, int readFromLog) {
    var events = new ResponseEvents(after);
    var told = new ArrayList<ResponseEvents.Event>();
    var open = ResponseJson.open(ID, Instant.EPOCH, JSON.createObjectNode(), "queued");
    events.created(open).ifPresent(told::add);
    events.inProgress(open).ifPresent(told::add);
    for (int k = 1; k <= readFromLog; k++) {
      events.delta(delta(1, k)).ifPresent(told::add);
    }
    for (int k = Math.max(1, readFromLog - 5); k <= deltas; k++) {
      events.delta(delta(1, k)).ifPresent(told::add);
    }
    assertThat(events.isComplete(1, deltas)).isTrue();
    events.end("response.completed", bytes("{\"id\":\"r\"}"), deltas).ifPresent(told::add);
    return told.stream().map(event -> tree(event.data())).toList();
  }

  @Test
  void shouldPutTheNumberIntoTheEventAndNameItByItsType() {
    // Given
    var events = new ResponseEvents(-1);
    var chunk = " {\"item\":{\"type\":\"message\"},\"type\":\"response.output_item.added\"}";
    // When
    var event =
        events
            .delta(new StreamDelta(ID, "acme", 1, 1, Instant.EPOCH, bytes(chunk), List.of()))
            .orElseThrow();
    // Then
    assertThat(event.type()).isEqualTo("response.output_item.added");
    assertThat(event.number()).isEqualTo(2);
    assertThat(UTF_8.decode(event.data().duplicate()).toString())
        .isEqualTo("{\"sequence_number\":2," + chunk.substring(2));
  }

  @Test
  void shouldSayThatTheStreamBrokeWithTheNextNumber() {
    // Given
    var events = new ResponseEvents(-1);
    events.delta(delta(1, 1));
    events.delta(delta(1, 2));
    // When
    boolean isInterrupted = events.isInterruptedBy(delta(2, 1));
    var event = events.broken(ApiError.overloaded());
    // Then
    assertThat(isInterrupted).isTrue();
    assertThat(event.type()).isEqualTo("error");
    var data = tree(event.data());
    assertThat(data.path("sequence_number").asInt()).isEqualTo(4);
    assertThat(data.path("code").asText()).isEqualTo("server_is_overloaded");
    assertThat(data.has("error")).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = RequestStatus.class,
      names = {"QUEUED", "IN_PROGRESS"},
      mode = EnumSource.Mode.EXCLUDE)
  void shouldEndWithAnEventThatSdksKnowOrWithNone(RequestStatus status) {
    // When
    var type = ResponseEvents.typeOfEnd(Records.aResult("acme", ID).setStatus(status).build());
    // Then
    assertThat(type)
        .isEqualTo(
            switch (status) {
              case COMPLETED -> Optional.of("response.completed");
              case INCOMPLETE -> Optional.of("response.incomplete");
              case FAILED, EXPIRED -> Optional.of("response.failed");
              case CANCELLED, QUEUED, IN_PROGRESS -> Optional.empty();
            });
  }

  @Test
  void shouldPutTheOutputTogetherAsFarAsItGoes() {
    // Given
    var output = new ResponseOutput();
    var chunks =
        List.of(
            "{'type':'response.output_item.added','output_index':0,'item':{'type':'reasoning','summary':[]}}",
            "{'type':'response.reasoning_summary_part.added','output_index':0,'summary_index':0,'part':{'type':'summary_text','text':''}}",
            "{'type':'response.reasoning_summary_text.delta','output_index':0,'summary_index':0,'delta':'hm'}",
            "{'type':'response.output_item.done','output_index':0,'item':{'type':'reasoning','summary':[{'type':'summary_text','text':'hmm'}]}}",
            "{'type':'response.output_item.added','output_index':1,'item':{'type':'function_call','name':'f','arguments':''}}",
            "{'type':'response.function_call_arguments.delta','output_index':1,'delta':'{}'}",
            "{'type':'response.output_item.added','output_index':2,'item':{'type':'message','content':[]}}",
            "{'type':'response.content_part.added','output_index':2,'content_index':0,'part':{'type':'output_text','text':''}}",
            "{'type':'response.output_text.delta','output_index':2,'content_index':0,'delta':'a'}",
            "{'type':'response.output_text.delta','output_index':7,'content_index':3,'delta':'lost'}",
            "{'type':'response.output_text.delta','output_index':2,'content_index':0,'delta':'b'}");
    // When
    for (int attempt = 1; attempt <= 2; attempt++) {
      for (int k = 0; k < chunks.size(); k++) {
        output.add(
            new StreamDelta(
                ID,
                "acme",
                attempt,
                k + 1,
                Instant.EPOCH,
                bytes(chunks.get(k).replace('\'', '"')),
                List.of()));
      }
    }
    // Then
    assertThat(output.items().toString().replace('"', '\''))
        .isEqualTo(
            "[{'type':'reasoning','summary':[{'type':'summary_text','text':'hmm'}]},"
                + "{'type':'function_call','name':'f','arguments':'{}'},"
                + "{'type':'message','content':[{'type':'output_text','text':'ab'}]}]");
  }

  @Test
  void shouldHaveEveryKeyBeforeThereIsAnAnswer() {
    // When
    ObjectNode json =
        ResponseJson.open(
            ID, Instant.ofEpochSecond(7), JSON.createObjectNode().put("model", "m"), "queued");
    // Then
    var names = new ArrayList<String>();
    json.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactlyInAnyOrder(
            "id",
            "object",
            "created_at",
            "completed_at",
            "status",
            "background",
            "error",
            "incomplete_details",
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "model",
            "output",
            "parallel_tool_calls",
            "previous_response_id",
            "conversation",
            "prompt_cache_key",
            "reasoning",
            "safety_identifier",
            "service_tier",
            "store",
            "temperature",
            "text",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "truncation",
            "usage",
            "user",
            "metadata");
    assertThat(json.path("id").asText()).isEqualTo("resp_0123456789abcdef0123456789abcdef");
    assertThat(json.path("text").toString()).contains("\"format\":{\"type\":\"text\"}");
    assertThat(json.path("metadata").isObject()).isTrue();
  }

  @Test
  void shouldBeGoneAWhileAfterTheEndWhenItIsKeptForPollingAlone() {
    // Given
    var ended =
        new RequestState(
            StoredRequest.of(Records.aRequest("acme", ID).build(), 0),
            new Outcome.Finished(Records.aResult("acme", ID).build(), 0));
    var background = JSON.createObjectNode().put("background", true);
    var soon = Records.AT.plusSeconds(300);
    var later = Records.AT.plusSeconds(3_600);
    // Then
    assertThat(new KeptResponse(ended, background).isGone(soon)).isFalse();
    assertThat(new KeptResponse(ended, background).isGone(later)).isTrue();
    assertThat(new KeptResponse(ended, background.deepCopy().put("store", true)).isGone(later))
        .isFalse();
    assertThat(new KeptResponse(ended, JSON.createObjectNode()).isGone(later)).isFalse();
  }

  private static StreamDelta delta(int attempt, int sequence) {
    return new StreamDelta(
        ID,
        "acme",
        attempt,
        sequence,
        Instant.EPOCH,
        bytes("{\"type\":\"response.output_text.delta\",\"delta\":\"" + sequence + "\"}"),
        List.of());
  }

  private static List<Integer> numbers(List<JsonNode> events) {
    return events.stream().map(event -> event.path("sequence_number").asInt(-1)).toList();
  }

  private static List<Integer> upTo(int last) {
    var numbers = new ArrayList<Integer>();
    for (int i = 0; i <= last; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static JsonNode tree(ByteBuffer data) {
    try {
      return JSON.readTree(UTF_8.decode(data.duplicate()).toString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
