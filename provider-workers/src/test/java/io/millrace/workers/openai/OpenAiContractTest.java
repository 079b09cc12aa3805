package io.millrace.workers.openai;

import io.millrace.workers.contract.AdapterContract;

class OpenAiContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "openai";
  }

  @Override
  public String basePath() {
    return "/v1";
  }
}
