package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.Need;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatRequestTest {

  private static final String USER = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

  @ParameterizedTest(name = "{0} → {1} {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {%s} | missing_required_parameter | model
          {"model":7,%s} | invalid_type | model
          {"model":"m"} | missing_required_parameter | messages
          {"model":"m","messages":{}} | invalid_type | messages
          {"model":"m","messages":[]} | empty_array | messages
          {"model":"m","messages":["x"]} | invalid_type | messages[0]
          {"model":"m","messages":[{"content":"x"}]} | missing_required_parameter | messages[0].role
          {"model":"m","messages":[{"role":"king","content":"x"}]} | invalid_value | messages[0].role
          {"model":"m","messages":[{"role":"user"}]} | missing_required_parameter | messages[0].content
          {"model":"m","messages":[{"role":"user","content":null}]} | invalid_type | messages[0].content
          {"model":"m","messages":[{"role":"user","content":7}]} | invalid_type | messages[0].content
          {"model":"m","messages":[{"role":"user","content":[{"type":"refusal","refusal":"x"}]}]} | invalid_value | messages[0].content[0].type
          {"model":"m","messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"x"}}]}]} | invalid_value | messages[0].content[0].type
          {"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]} | missing_required_parameter | messages[0].content[0].text
          {"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]} | missing_required_parameter | messages[0].content[0].image_url.url
          {"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{}}]}]} | missing_required_parameter | messages[0].content[0].file.file_data
          {"model":"m","messages":[{"role":"assistant"}]} | missing_required_parameter | messages[0].content
          {"model":"m","messages":[{"role":"tool","content":"x"}]} | missing_required_parameter | messages[0].tool_call_id
          {"model":"m","stream":"yes",%s} | invalid_type | stream
          {"model":"m","stream_options":{"include_usage":true},%s} | invalid_value | stream_options
          {"model":"m","temperature":2.1,%s} | decimal_above_max_value | temperature
          {"model":"m","temperature":-1,%s} | decimal_below_min_value | temperature
          {"model":"m","temperature":"hot",%s} | invalid_type | temperature
          {"model":"m","top_p":1.5,%s} | decimal_above_max_value | top_p
          {"model":"m","presence_penalty":-2.5,%s} | decimal_below_min_value | presence_penalty
          {"model":"m","n":0,%s} | integer_below_min_value | n
          {"model":"m","n":129,%s} | integer_above_max_value | n
          {"model":"m","n":1.5,%s} | invalid_type | n
          {"model":"m","max_tokens":0,%s} | integer_below_min_value | max_tokens
          {"model":"m","max_completion_tokens":-5,%s} | integer_below_min_value | max_completion_tokens
          {"model":"m","top_logprobs":2,%s} | invalid_value | top_logprobs
          {"model":"m","stop":["a","b","c","d","e"],%s} | array_above_max_length | stop
          {"model":"m","tools":{},%s} | invalid_type | tools
          {"model":"m","tools":[{"type":"magic"}],%s} | invalid_value | tools[0].type
          {"model":"m","tools":[{"type":"function","function":{"name":"a b"}}],%s} | invalid_value | tools[0].function.name
          """)
  void shouldNameTheFieldWhenItIsWrong(String body, String code, String param) {
    // When
    var checked = check(body.formatted(USER));
    // Then
    assertThat(checked).isInstanceOf(Checked.Refused.class);
    var error = ((Checked.Refused<ModelCall>) checked).error();
    assertThat(error.param()).isEqualTo(param);
    assertThat(new String(error.toJson(), UTF_8)).contains("\"code\":\"" + code + "\"");
    assertThat(error.message()).contains("'" + param + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"model":"m","unheard_of":{"a":1},%s}
          {"model":"m","temperature":null,"n":null,"stream":null,"tools":null,%s}
          {"model":"m","stream":true,"stream_options":{"include_usage":true},%s}
          {"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c"}]},{"role":"tool","tool_call_id":"c","content":"x"}]}
          {"model":"m","messages":[{"role":"developer","content":[{"type":"text","text":"x"}]}]}
          {"model":"m","tools":[{"type":"custom","custom":{"name":"a-b_1"}}],%s}
          """)
  void shouldLetThroughWhatProvidersKnow(String body) {
    assertThat(check(body.formatted(USER))).isInstanceOf(Checked.Ok.class);
  }

  @Test
  void shouldCountWhatTheCallMayCost() {
    // Given
    var body =
        """
        {"model":"m","n":3,"max_tokens":50,"user":"u1","messages":[
          {"role":"system","content":"12345"},
          {"role":"user","content":[{"type":"text","text":"é€😀"},
            {"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}""";
    // When
    var call = ((Checked.Ok<ModelCall>) check(body)).value();
    // Then
    assertThat(call)
        .isEqualTo(
            new ModelCall(
                "m",
                false,
                3,
                "u1",
                (2 + 4) + (3 + 4),
                body.getBytes(UTF_8).length + 2_000,
                (2 + 4) + (3 + 4),
                150,
                List.of(Need.VISION)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"model":"m",%s} |
          {"model":"m","tools":[],"response_format":{"type":"json_object"},"modalities":["text"],%s} |
          {"model":"m","tools":[{"type":"function","function":{"name":"f"}}],%s} | TOOLS
          {"model":"m","functions":[{"name":"f"}],%s} | TOOLS
          {"model":"m","response_format":{"type":"json_schema","json_schema":{"name":"s"}},%s} | JSON_SCHEMA
          {"model":"m","modalities":["text","audio"],%s} | AUDIO
          {"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"eA=="}}]}]} | AUDIO
          {"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"eA=="}}]}]} | FILES
          {"model":"m","tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y"}}]}]} | TOOLS VISION
          """)
  void shouldTellWhatAModelMustBeAbleToDo(String body, @Nullable String needs) {
    // When
    var call = ((Checked.Ok<ModelCall>) check(body.formatted(USER))).value();
    // Then
    var words = call.needs().stream().map(Need::name).collect(Collectors.joining(" "));
    assertThat(words).isEqualTo(needs == null ? "" : needs);
  }

  @Test
  void shouldPreferTheNewNameWhenBothLimitsAreThere() {
    // When
    var checked =
        check("{\"model\":\"m\",\"max_tokens\":5,\"max_completion_tokens\":7,%s}".formatted(USER));
    // Then
    assertThat(((Checked.Ok<ModelCall>) checked).value().outputTokensMax()).isEqualTo(7);
  }

  private static Checked<ModelCall> check(String body) {
    var bytes = body.getBytes(UTF_8);
    return Json.parseObject(bytes)
        .then(json -> Endpoint.CHAT_COMPLETIONS.check(json, bytes.length));
  }
}
