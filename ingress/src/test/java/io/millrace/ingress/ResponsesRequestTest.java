package io.millrace.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schemas.Need;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponsesRequestTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"input":"a"} | model | missing_required_parameter
          {"model":1,"input":"a"} | model | invalid_type
          {"model":"m"} | input | missing_required_parameter
          {"model":"m","input":1} | input | invalid_type
          {"model":"m","input":[]} | input | empty_array
          {"model":"m","input":["a"]} | input[0] | invalid_type
          {"model":"m","input":[{}]} | input[0].type | missing_required_parameter
          {"model":"m","input":[{"type":"thing"}]} | input[0].type | invalid_value
          {"model":"m","input":[{"type":"item_reference","id":"msg_1"}]} | input[0].type | unsupported_value
          {"model":"m","input":[{"role":"tool","content":"a"}]} | input[0].role | invalid_value
          {"model":"m","input":[{"role":"user"}]} | input[0].content | missing_required_parameter
          {"model":"m","input":[{"role":"user","content":1}]} | input[0].content | invalid_type
          {"model":"m","input":[{"role":"user","content":[{"type":"text","text":"a"}]}]} | input[0].content[0].type | invalid_value
          {"model":"m","input":[{"role":"assistant","content":[{"type":"input_text","text":"a"}]}]} | input[0].content[0].type | invalid_value
          {"model":"m","input":[{"role":"user","content":[{"type":"input_text"}]}]} | input[0].content[0].text | missing_required_parameter
          {"model":"m","input":[{"role":"user","content":[{"type":"input_image"}]}]} | input[0].content[0].image_url | missing_required_parameter
          {"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_url":"https://x"}]}]} | input[0].content[0].file_url | unsupported_value
          {"model":"m","input":[{"role":"user","content":[{"type":"input_file"}]}]} | input[0].content[0].file_data | missing_required_parameter
          {"model":"m","input":[{"type":"function_call","name":"f","arguments":"{}"}]} | input[0].call_id | missing_required_parameter
          {"model":"m","input":[{"type":"function_call_output","call_id":"c"}]} | input[0].output | missing_required_parameter
          {"model":"m","input":"a","instructions":1} | instructions | invalid_type
          {"model":"m","input":"a","background":"yes"} | background | invalid_type
          {"model":"m","input":"a","store":1} | store | invalid_type
          {"model":"m","input":"a","stream":1} | stream | invalid_type
          {"model":"m","input":"a","stream_options":{}} | stream_options | invalid_value
          {"model":"m","input":"a","conversation":"c"} | conversation | unsupported_parameter
          {"model":"m","input":"a","conversation":"c","previous_response_id":"r"} | previous_response_id | invalid_value
          {"model":"m","input":"a","prompt":{"id":"p"}} | prompt | unsupported_parameter
          {"model":"m","input":"a","include":["all"]} | include[0] | invalid_value
          {"model":"m","input":"a","include":"all"} | include | invalid_type
          {"model":"m","input":"a","max_output_tokens":15} | max_output_tokens | integer_below_min_value
          {"model":"m","input":"a","max_output_tokens":99999999999} | max_output_tokens | integer_above_max_value
          {"model":"m","input":"a","temperature":2.1} | temperature | decimal_above_max_value
          {"model":"m","input":"a","top_p":-1} | top_p | decimal_below_min_value
          {"model":"m","input":"a","top_logprobs":21} | top_logprobs | integer_above_max_value
          {"model":"m","input":"a","truncation":"some"} | truncation | invalid_value
          {"model":"m","input":"a","service_tier":"best"} | service_tier | invalid_value
          {"model":"m","input":"a","text":{"format":{"type":"xml"}}} | text.format.type | invalid_value
          {"model":"m","input":"a","text":{"format":{"type":"json_schema","name":"n"}}} | text.format.schema | missing_required_parameter
          {"model":"m","input":"a","text":{"format":{"type":"json_schema","name":"a b","schema":{}}}} | text.format.name | invalid_value
          {"model":"m","input":"a","text":{"verbosity":"loud"}} | text.verbosity | invalid_value
          {"model":"m","input":"a","reasoning":{"effort":"huge"}} | reasoning.effort | invalid_value
          {"model":"m","input":"a","reasoning":"low"} | reasoning | invalid_type
          {"model":"m","input":"a","tools":{}} | tools | invalid_type
          {"model":"m","input":"a","tools":[{"name":"f"}]} | tools[0].type | missing_required_parameter
          {"model":"m","input":"a","tools":[{"type":"function","function":{"name":"f"}}]} | tools[0].name | missing_required_parameter
          {"model":"m","input":"a","tools":[{"type":"function","name":"a b"}]} | tools[0].name | invalid_value
          {"model":"m","input":"a","tool_choice":"always"} | tool_choice | invalid_value
          {"model":"m","input":"a","tool_choice":{"type":"function"}} | tool_choice.name | missing_required_parameter
          {"model":"m","input":"a","metadata":[]} | metadata | invalid_type
          {"model":"m","input":"a","metadata":{"a":1}} | metadata.a | invalid_type
          """)
  void shouldNameTheFieldAndCodeWhenItIsWrong(String body, String param, String code) {
    // When
    var error = ((Checked.Refused<ModelCall>) check(body)).error();
    // Then
    assertThat(error.param()).isEqualTo(param);
    assertThat(error.kind().status()).isEqualTo(400);
    assertThat(new String(error.toJson(), UTF_8)).contains("\"code\":\"" + code + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {"model":"m","input":"12345678"} | true
          {"model":"m","input":"a","store":false} | false
          {"model":"m","input":"a","store":false,"background":true} | true
          {"model":"m","previous_response_id":"resp_1","store":null} | true
          """)
  void shouldKeepTheBodyWhenItIsStoredOrInTheBackground(String body, boolean keeps) {
    assertThat(call(body).keepsBody()).isEqualTo(keeps);
  }

  @Test
  void shouldTakeEveryKnownFieldAndItem() {
    // When
    var call =
        call(
            """
            {"model":"m","user":"u","stream":true,"stream_options":{"include_obfuscation":false},
             "instructions":"be brief","include":["reasoning.encrypted_content"],
             "max_output_tokens":16,"max_tool_calls":3,"parallel_tool_calls":false,
             "metadata":{"a":"b"},"reasoning":{"effort":"low","summary":"auto"},
             "text":{"format":{"type":"json_schema","name":"n","schema":{}},"verbosity":"low"},
             "tools":[{"type":"function","name":"f","parameters":{},"strict":true},
                      {"type":"web_search"},{"type":"custom","name":"c"}],
             "tool_choice":{"type":"function","name":"f"},"truncation":"auto",
             "temperature":0.5,"top_p":1,"top_logprobs":3,"service_tier":"flex",
             "safety_identifier":"s","prompt_cache_key":"k","unknown":{},
             "input":[{"role":"developer","content":"x"},
               {"type":"message","role":"user","content":[{"type":"input_text","text":"y"},
                 {"type":"input_image","image_url":"data:image/png;base64,AA=="},
                 {"type":"input_file","file_id":"file-1"}]},
               {"type":"message","id":"msg_1","status":"completed","role":"assistant",
                "content":[{"type":"output_text","text":"z","annotations":[]}]},
               {"type":"reasoning","id":"rs_1","summary":[]},
               {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
               {"type":"function_call_output","call_id":"c","output":"1"},
               {"type":"web_search_call","id":"ws_1","status":"completed"}]}""");
    // Then
    assertThat(call.stream()).isTrue();
    assertThat(call.user()).isEqualTo("u");
    assertThat(call.outputTokensMax()).isEqualTo(16);
    assertThat(call.needs())
        .containsExactlyInAnyOrder(Need.TOOLS, Need.VISION, Need.FILES, Need.JSON_SCHEMA);
  }

  @Test
  void shouldRefuseWhatALineCannotHave() {
    var line = "{\"model\":\"m\",\"input\":\"a\",\"previous_response_id\":\"resp_1\"}";
    // When
    var checked =
        Json.parseObject(line.getBytes(UTF_8)).then(json -> Endpoint.RESPONSES.checkLine(json, 10));
    // Then
    assertThat(((Checked.Refused<ModelCall>) checked).error().param())
        .isEqualTo("previous_response_id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          {} | input
          {"input":1} | input
          {"input":[]} | input
          {"input":[1]} | input[0]
          {"input":[{"type":"sound"}]} | input[0].type
          {"input":[{"type":"image_url"}]} | input[0].image_url.url
          {"input":"a","model":1} | model
          """)
  void shouldNameTheFieldWhenAModerationIsWrong(String body, String param) {
    // When
    var checked =
        Json.parseObject(body.getBytes(UTF_8)).then(json -> Endpoint.MODERATIONS.check(json, 10));
    // Then
    assertThat(((Checked.Refused<ModelCall>) checked).error().param()).isEqualTo(param);
  }

  @Test
  void shouldAssumeTheModelWhenAModerationNamesNone() {
    // When
    var checked =
        Json.parseObject("{\"input\":[\"a\"]}".getBytes(UTF_8))
            .then(json -> Endpoint.MODERATIONS.check(json, 10));
    // Then
    assertThat(((Checked.Ok<ModelCall>) checked).value().model())
        .isEqualTo("omni-moderation-latest");
  }

  private static ModelCall call(String body) {
    return ((Checked.Ok<ModelCall>) check(body)).value();
  }

  private static Checked<ModelCall> check(String body) {
    var bytes = body.getBytes(UTF_8);
    return Json.parseObject(bytes).then(json -> Endpoint.RESPONSES.check(json, bytes.length));
  }
}
