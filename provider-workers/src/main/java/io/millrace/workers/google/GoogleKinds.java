package io.millrace.workers.google;

import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.BaseUrl;
import io.millrace.workers.CallSigner;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Credential;
import io.millrace.workers.Feature;
import io.millrace.workers.ProviderKind;
import io.millrace.workers.ProviderKinds;
import io.millrace.workers.Support;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The two doors to Gemini models: the Gemini API, with a key, and Vertex AI, with a project. */
public final class GoogleKinds implements ProviderKinds {

  private static final String GEMINI_URL = "https://generativelanguage.googleapis.com/v1beta";
  private static final String CREDENTIALS_VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS";
  private static final String GLOBAL = "global";

  private static final Capabilities VERTEX =
      Capabilities.all()
          .with(
              Support.NO,
              Feature.PARALLEL_TOOL_CALLS,
              Feature.LOGIT_BIAS,
              Feature.VERBOSITY,
              Feature.USER,
              Feature.SERVICE_TIER,
              Feature.PREDICTION,
              Feature.WEB_SEARCH,
              Feature.AUDIO_OUTPUT,
              Feature.PROMPT_CACHE,
              Feature.STORED,
              Feature.MODERATIONS)
          .with(
              Support.BY_MODEL,
              Feature.AUDIO,
              Feature.LOGPROBS,
              Feature.PENALTIES,
              Feature.REASONING_EFFORT,
              Feature.DIMENSIONS)
          .with(Support.EMULATED, Feature.CHOICES, Feature.RESPONSES);
  private static final Capabilities GEMINI = VERTEX.with(Support.BY_MODEL, Feature.SERVICE_TIER);

  private final Map<String, String> environment;

  public GoogleKinds() {
    this(System.getenv());
  }

  GoogleKinds(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public List<ProviderKind> all() {
    return List.of(
        new ProviderKind("gemini", GEMINI, GoogleKinds::gemini),
        new ProviderKind("vertex", VERTEX, this::vertex));
  }

  private static GoogleAdapter gemini(ProviderConfig provider) {
    var place = GooglePlace.gemini(BaseUrl.of(provider, GEMINI_URL));
    return adapter(provider, place, keys(provider), GEMINI);
  }

  private GoogleAdapter vertex(ProviderConfig provider) {
    var location = provider.region().isEmpty() ? GLOBAL : provider.region();
    var url = BaseUrl.of(provider, vertexUrl(location));
    if (!provider.keys().isEmpty()) {
      var place = GooglePlace.vertex(url, provider.project(), location);
      return adapter(provider, place, keys(provider), VERTEX);
    }
    var account = account(provider);
    var project = provider.project().isEmpty() ? account.project() : provider.project();
    if (project.isEmpty()) {
      throw new IllegalArgumentException(
          "providers[%s].project is missing: its credentials name none".formatted(provider.name()));
    }
    List<Credential> credentials = List.of(new Credential.Lent(new AccessTokens(account)));
    return adapter(provider, GooglePlace.vertex(url, project, location), credentials, VERTEX);
  }

  private static GoogleAdapter adapter(
      ProviderConfig provider,
      GooglePlace place,
      List<Credential> credentials,
      Capabilities capabilities) {
    return new GoogleAdapter(place, credentials, capabilities, provider.unsupportedParameters());
  }

  private static List<Credential> keys(ProviderConfig provider) {
    return Credential.each(provider.keys(), key -> CallSigner.header("x-goog-api-key", key));
  }

  private ServiceAccount account(ProviderConfig provider) {
    var file =
        provider.credentialsFile().isEmpty()
            ? environment.getOrDefault(CREDENTIALS_VARIABLE, "")
            : provider.credentialsFile();
    if (file.isEmpty()) {
      throw new IllegalArgumentException(
          "providers[%s].credentialsFile is missing, and %s is not set"
              .formatted(provider.name(), CREDENTIALS_VARIABLE));
    }
    try {
      return ServiceAccount.read(Path.of(file));
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          "providers[%s].credentialsFile is no service account's key file: %s: %s"
              .formatted(provider.name(), file, e.getMessage()));
    }
  }

  private static String vertexUrl(String location) {
    return switch (location) {
      case GLOBAL -> "https://aiplatform.googleapis.com/v1";
      case "us", "eu" -> "https://aiplatform." + location + ".rep.googleapis.com/v1";
      default -> "https://" + location + "-aiplatform.googleapis.com/v1";
    };
  }
}
