# The life of an elastic IP: apply allocates and binds it, destroy unbinds and
# releases it. See ../README.md.

terraform {
  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.203.0"
    }
  }
}

variable "endpoint" {
  description = "Host and port of eipsim."
  type        = string
  default     = "127.0.0.1:8089"

  validation {
    condition     = !strcontains(var.endpoint, "aliyuncs.com") && !strcontains(var.endpoint, "/")
    error_message = "The endpoint is the host and port of a simulator, without a scheme."
  }
}

variable "instance_id" {
  description = "An instance of eipsim; its start page lists them."
  type        = string
  default     = "i-test1"
}

provider "alicloud" {
  access_key             = "testid"
  secret_key             = "testsecret"
  region                 = "cn-hangzhou"
  account_id             = "1234567890123456"
  protocol               = "HTTP"
  skip_region_validation = true

  endpoints {
    vpc = var.endpoint
  }
}

resource "alicloud_eip_address" "this" {
  address_name         = "by-terraform"
  bandwidth            = "5"
  internet_charge_type = "PayByTraffic"
  payment_type         = "PayAsYouGo"
}

resource "alicloud_eip_association" "this" {
  allocation_id = alicloud_eip_address.this.id
  instance_id   = var.instance_id
  instance_type = "EcsInstance"
}

output "ip_address" {
  value = alicloud_eip_address.this.ip_address
}
