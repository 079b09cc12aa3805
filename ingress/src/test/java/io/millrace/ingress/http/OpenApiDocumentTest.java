package io.millrace.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The document is valid and tells of what is served: all of it, and nothing else. */
class OpenApiDocumentTest {

  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");
  private static final String REFERENCE = "#/components/";

  private static Vertx vertx;
  private static JsonNode document;

  @BeforeAll
  static void read() throws IOException {
    vertx = Vertx.vertx();
    document = new ObjectMapper().readTree(DescriptionCalls.openApi());
  }

  @AfterAll
  static void stop() {
    vertx.close();
  }

  @Test
  void shouldDescribeWhatIsServedAndNothingElse() {
    // Given
    var served =
        routes().stream()
            .map(
                route ->
                    route.method().name().toLowerCase(java.util.Locale.ROOT)
                        + " "
                        + route.template())
            .collect(Collectors.toSet());
    // When
    var described =
        operations().stream()
            .map(one -> one.method() + " " + one.path())
            .collect(Collectors.toSet());
    // Then
    assertThat(described).containsExactlyInAnyOrderElementsOf(served);
  }

  @Test
  void shouldAskForTheKeyThatIsNeeded() {
    // Given
    var described =
        operations().stream()
            .collect(
                Collectors.toMap(
                    one -> one.method() + " " + one.path(), one -> one.json().path("security")));
    // Then
    for (var route : routes()) {
      var call = route.method().name().toLowerCase(java.util.Locale.ROOT) + " " + route.template();
      var security = described.getOrDefault(call, MissingNode.getInstance());
      switch (route.access()) {
        case CLIENT -> assertThat(security.isMissingNode()).as(route.template()).isTrue();
        case PUBLIC -> assertThat(security).as(route.template()).isEmpty();
        case ADMIN ->
            assertThat(security.at("/0/adminKey").isArray()).as(route.template()).isTrue();
      }
    }
  }

  @Test
  void shouldBeValidOpenApi() {
    // Given
    var options = new ParseOptions();
    options.setResolve(true);
    // When
    var parsed = new OpenAPIV3Parser().readContents(document.toString(), List.of(), options);
    // Then
    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getOpenapi()).isEqualTo("3.1.0");
    assertThat(parsed.getOpenAPI().getPaths()).hasSize(document.path("paths").size());
  }

  @Test
  void shouldReferToWhatIsThere() {
    // When
    var targets =
        document.findValuesAsText("$ref").stream()
            .distinct()
            .filter(ref -> isDangling(ref))
            .toList();
    // Then
    assertThat(targets).isEmpty();
  }

  private static boolean isDangling(String reference) {
    return !reference.startsWith(REFERENCE) || document.at(reference.substring(1)).isMissingNode();
  }

  @Test
  void shouldUseEveryComponent() {
    // Given
    var used = Set.copyOf(document.findValuesAsText("$ref"));
    // When
    var unused = new ArrayList<String>();
    for (var kind : document.path("components").properties()) {
      if (!kind.getKey().equals("securitySchemes")) {
        kind.getValue()
            .fieldNames()
            .forEachRemaining(
                name -> {
                  var reference = REFERENCE + kind.getKey() + "/" + name;
                  if (!used.contains(reference)) {
                    unused.add(reference);
                  }
                });
      }
    }
    // Then
    assertThat(unused).isEmpty();
  }

  @Test
  void shouldTellWhatEveryCallIsAndCanAnswer() {
    // Given
    var tags = document.path("tags").findValuesAsText("name");
    // Then
    assertThat(operations()).extracting(Operation::id).doesNotHaveDuplicates().doesNotContain("");
    for (var one : operations()) {
      assertThat(one.json().path("summary").asText()).as(one.id()).isNotBlank();
      assertThat(tags).as(one.id()).contains(one.json().at("/tags/0").asText());
      assertThat(one.json().at("/responses/200").isObject()).as(one.id()).isTrue();
      boolean isPublic =
          one.json().path("security").isArray() && one.json().path("security").isEmpty();
      assertThat(one.json().at("/responses/default").isMissingNode())
          .as(one.id())
          .isEqualTo(isPublic);
    }
  }

  @Test
  void shouldShowExamplesThatFitTheirSchemas() {
    // Given
    var schemas = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    for (var one : operations()) {
      for (var media : one.json().at("/requestBody/content").properties()) {
        var schema = media.getValue().path("schema").deepCopy();
        var whole = (ObjectNode) schema;
        whole.set("components", document.path("components"));
        for (var example : media.getValue().path("examples").properties()) {
          // When
          var problems = schemas.getSchema(whole).validate(example.getValue().path("value"));
          // Then
          assertThat(problems).as(one.id() + " " + example.getKey()).isEmpty();
        }
      }
    }
  }

  private record Operation(String path, String method, JsonNode json) {
    String id() {
      return json.path("operationId").asText();
    }
  }

  private static List<Operation> operations() {
    return document.path("paths").properties().stream()
        .flatMap(
            path ->
                path.getValue().properties().stream()
                    .filter(member -> METHODS.contains(member.getKey()))
                    .map(
                        member -> new Operation(path.getKey(), member.getKey(), member.getValue())))
        .toList();
  }

  /** No call is made, so nothing of what calls need has to be there. */
  @SuppressWarnings("NullAway")
  private static List<Route> routes() {
    var backend =
        new Backend(
            null, Map.of(), null, null, null, null, null, null, null, null, null, null, null, null);
    return new Routes(new PendingCall.Scene(vertx, backend, new OpenCalls())).routes();
  }
}
