package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every field of a chat or embeddings call comes to a provider of OpenAI's kind as it was sent. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class ChatFieldsE2E {

  private static final String EVERYTHING =
      """
      {"model":"mirror","messages":[
         {"role":"developer","content":"Be brief.","name":"dev"},
         {"role":"user","name":"anna","content":[
           {"type":"text","text":"Look.","prompt_cache_breakpoint":{"mode":"explicit"}},
           {"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlhAQABAAAAACw=","detail":"low"}},
           {"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}},
           {"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","filename":"a.pdf"}}]},
         {"role":"assistant","content":null,"tool_calls":[
           {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\\"a\\": 1}"}},
           {"id":"call_2","type":"custom","custom":{"name":"g","input":"x"}}]},
         {"role":"tool","tool_call_id":"call_1","content":[{"type":"text","text":"one"}]},
         {"role":"tool","tool_call_id":"call_2","content":"two"},
         {"role":"assistant","content":[{"type":"text","text":"a"},{"type":"refusal","refusal":"b"}]},
         {"role":"user","content":"Go on."}],
       "max_completion_tokens":50,
       "temperature":0.3,"top_p":0.9,"n":1,"stop":["a","b"],
       "presence_penalty":0.5,"frequency_penalty":-0.5,
       "logit_bias":{"1639":-100},"logprobs":true,"top_logprobs":2,"seed":42,
       "tools":[
         {"type":"function","function":{"name":"f","description":"d","strict":true,
           "parameters":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}},
         {"type":"custom","custom":{"name":"g","description":"d","format":{"type":"text"}}}],
       "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}},
       "parallel_tool_calls":false,
       "response_format":{"type":"json_schema","json_schema":{"name":"s","description":"d","strict":true,"schema":{"type":"object"}}},
       "reasoning_effort":"xhigh","verbosity":"low",
       "modalities":["text"],"audio":{"format":"mp3","voice":"alloy"},
       "prediction":{"type":"content","content":"Yes."},
       "service_tier":"flex","store":false,"metadata":{"team":"search"},
       "safety_identifier":"s1","prompt_cache_key":"k1",
       "prompt_cache_options":{"mode":"explicit","ttl":"30m"},"prompt_cache_retention":"24h",
       "moderation":{"model":"omni-moderation-latest"},"web_search_options":{"search_context_size":"low"},
       "unheard_of":{"deep":[1,2.5,null,true,"ø"]}}
      """;

  private final SdkInstallation installation = SdkInstallation.start();
  private final Client client = installation.client(Installation.KEY);

  ChatFieldsE2E() throws IOException {}

  @AfterAll
  void stop() {
    client.close();
    installation.close();
  }

  @Test
  void shouldPassEveryFieldOn() {
    // Given
    var body = (ObjectNode) Client.parse(EVERYTHING);
    body.put("user", "everything");
    // When
    var answer = client.complete(body.toString());
    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("Millrace-Dropped-Parameters")).isEmpty();
    assertThat(installation.mirror().bodyOf("everything")).isEqualTo(body);
  }

  @Test
  void shouldPassOnEveryFieldThatTheDocumentNames() {
    // Given
    var document = client.get("/openapi.json").json();
    var described = new TreeSet<String>();
    document
        .at("/components/schemas/ChatCompletionRequest/properties")
        .fieldNames()
        .forEachRemaining(described::add);
    // When
    var tried = new TreeSet<String>();
    Client.parse(EVERYTHING).fieldNames().forEachRemaining(tried::add);
    // Then
    described.removeAll(tried);
    assertThat(described)
        .containsExactlyInAnyOrder(
            "user", "stream", "stream_options", "max_tokens", "functions", "function_call");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"max_tokens\":5}",
        "{\"functions\":[{\"name\":\"f\",\"parameters\":{}}],\"function_call\":{\"name\":\"f\"}}",
        "{\"tool_choice\":\"none\"}",
        "{\"stop\":\"x\"}",
        "{\"temperature\":null,\"stop\":null,\"seed\":null}",
        "{\"response_format\":{\"type\":\"json_object\"}}",
        "{\"n\":2}"
      })
  void shouldPassOnWhatExcludesOtherFields(String fields) {
    // Given
    var body = (ObjectNode) Client.parse(Client.chat("mirror", ChatInstallation.prompt()));
    body.setAll((ObjectNode) Client.parse(fields));
    body.put("user", fields);
    // When
    var answer = client.complete(body.toString());
    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(installation.mirror().bodyOf(fields)).isEqualTo(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"input\":\"one\",\"encoding_format\":\"base64\",\"dimensions\":2}",
        "{\"input\":[\"one\",\"two\"],\"encoding_format\":\"float\"}",
        "{\"input\":[1,2,3]}",
        "{\"input\":[[1,2],[3]],\"unheard_of\":[1]}"
      })
  void shouldPassOnWhatIsToBeEmbedded(String fields) {
    // Given
    var body = ((ObjectNode) Client.parse(fields)).put("model", "mirror").put("user", fields);
    // When
    var answer = client.post("/v1/embeddings", body.toString());
    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode seen = installation.mirror().bodyOf(fields);
    assertThat(seen.path("input")).isEqualTo(body.path("input"));
    assertThat(seen.path("dimensions")).isEqualTo(body.path("dimensions"));
    assertThat(seen.path("unheard_of")).isEqualTo(body.path("unheard_of"));
  }
}
